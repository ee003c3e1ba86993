import { appendFile, cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What `npm test` has built, in a folder of its own, as another installation of Teal has it. */
export interface CopiedBuild {
  /** Of the command, for `spawnTeal`. */
  readonly entry: string;
  remove(): Promise<void>;
}

/** @param mark - a comment by which the balancer's program differs from that of other builds */
export async function copyBuild(mark: string): Promise<CopiedBuild> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'teal-build-'));
  const dist = join(folder, 'dist');
  await cp(join(ROOT, 'dist'), dist, { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await appendFile(join(dist, 'balancer.js'), `\n// ${mark}\n`);
  return { entry: join(dist, 'teal.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
