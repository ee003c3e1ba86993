// `npm run bench -- NAME [options]`: bundles bench/NAME.ts and runs it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const [name, ...rest] = process.argv.slice(2);
const known = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
if (!name || !existsSync(join(root, 'bench', `${name}.ts`))) {
  process.stderr.write(`Which bench? One of: ${known.join(', ')}. For example: npm run bench -- ${known[0]}\n`);
  process.exit(2);
}
ensureInstalled();
await ensureBuilt();
const { bundle } = await import('./build.mjs');
// Not by the bench's own name: `balancer.js` is what Teal looks for beside itself.
const program = `bench-${name}`;
await bundle({ [program]: `bench/${name}.ts` }, join(root, 'dist', 'bench'));
const run = spawnSync(process.execPath, [join(root, 'dist', 'bench', `${program}.js`), ...rest], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
