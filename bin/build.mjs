// Bundles src/ into dist/: one entry for the command, one for the balancer's own process. SDK packages are split into chunks
// that load when their service is first asked for.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './setup.mjs';

/** Native or seldom used: loaded from node_modules at run time. */
const EXTERNAL = ['@photostructure/sqlite', 'dockerode', 'esbuild', 'ws', 'http-proxy-3'];

export async function bundle(entryPoints, outdir) {
  const { build: esbuild } = await import('esbuild');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await esbuild({
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // The packages' ES modules: they load lazily and lose what nobody uses.
    mainFields: ['module', 'main'],
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    external: EXTERNAL,
    define: { TEAL_VERSION: JSON.stringify(version) },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

export async function build() {
  const fresh = join(root, `dist.${process.pid}`);
  await bundle({ teal: 'src/cli/teal.ts', balancer: 'src/drivers/balancers/embedded/process.ts' }, fresh);
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, '.stamp'), '');
  const old = join(root, `dist.old.${process.pid}`);
  try {
    renameSync(join(root, 'dist'), old);
  } catch {
    // the first build has nothing to put aside
  }
  renameSync(fresh, join(root, 'dist'));
  rmSync(old, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
