import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_FILE, type Rendered } from './config/render.ts';
import { checkConfig } from './process.ts';
import { writePrivate } from './state.ts';

/**
 * Writes what HAProxy reads at its start or reload; the configuration is in place only once HAProxy has accepted it.
 *
 * @throws with what HAProxy has against it
 */
export async function install(program: string, folder: string, { files }: Rendered): Promise<void> {
  const { [CONFIG_FILE]: text = '', ...others } = files;
  for (const [name, content] of Object.entries(others)) writePrivate(join(folder, name), content);
  writePrivate(join(folder, 'next.cfg'), text);
  await checkConfig(program, folder, 'next.cfg');
  writePrivate(join(folder, CONFIG_FILE), text);
  rmSync(join(folder, 'next.cfg'));
}
