import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Bundle {
  readonly entry: string;
  remove(): Promise<void>;
}

/** Bundles a program of this folder for tests, as the build does, into a temporary folder of its own. */
export async function bundleBalancer(program = '../embedded/process.ts'): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'teal-bundle-'));
  const entry = join(folder, 'balancer.mjs');
  const source = fileURLToPath(new URL(program, import.meta.url));
  await build({
    entryPoints: [source],
    outfile: entry,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  return { entry, remove: () => rm(folder, { recursive: true, force: true }) };
}
