// Makes a fresh clone runnable: installs what is missing, builds what is stale. Plain JavaScript: it runs before anything is built.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function ensureInstalled() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) fail(`Teal needs Node 20 or later, found ${process.version}. Install a newer Node, then try again.`);
  if (!existsSync(join(root, 'src')) || existsSync(join(root, 'node_modules', '.package-lock.json'))) return;
  process.stderr.write('Installing dependencies (once; this takes about half a minute)…\n');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (npm.status !== 0) fail(`"npm ci" failed in ${root}: see above. Mend that, then try again.`);
}

export async function ensureBuilt() {
  if (!existsSync(join(root, 'src'))) return;
  const stamp = join(root, 'dist', '.stamp');
  const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  if (newest(join(root, 'src')) <= builtAt && newest(join(root, 'bin')) <= builtAt) return;
  const { build } = await import('./build.mjs');
  await build();
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
