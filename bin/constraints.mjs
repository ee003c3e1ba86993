// Writes src/wire/constraints/ from botocore's models; with --check it compares instead, and fails when they differ.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The models' version decides what is right, so the comparison holds for this one only. */
const BOTOCORE = readFileSync(new URL('botocore-version.txt', import.meta.url), 'utf8').trim();
const script = fileURLToPath(new URL('constraints.py', import.meta.url));
const kept = fileURLToPath(new URL('../src/wire/constraints/', import.meta.url));

const python = (...args) => spawnSync('python3', args, { encoding: 'utf8' });

function whyNot() {
  const found = python('-c', 'import botocore; print(botocore.__version__)');
  if (found.status !== 0) return { isAbsent: true, text: `python3 with botocore ${BOTOCORE} is not here` };
  const version = found.stdout.trim();
  const text = `botocore is ${version}, the tables are made from ${BOTOCORE}`;
  return version === BOTOCORE ? undefined : { isAbsent: false, text };
}

function generate(folder) {
  const made = python(script, folder);
  if (made.status !== 0) throw new Error(`bin/constraints.py failed:\n${made.stderr}`);
}

function differing() {
  const folder = mkdtempSync(join(tmpdir(), 'teal-constraints-'));
  try {
    generate(folder);
    const names = new Set([...readdirSync(kept), ...readdirSync(folder)]);
    return [...names].filter((name) => contents(join(kept, name)) !== contents(join(folder, name)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function contents(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const reason = whyNot();
if (reason) {
  // CI installs botocore, so its absence is a fault there; another version, which a system may bring, cannot be compared with.
  const fails = !process.argv.includes('--check') || (reason.isAbsent && process.env.CI === 'true');
  console.log(`constraints: ${fails ? 'failed' : 'not compared'}, ${reason.text}`);
  process.exit(fails ? 1 : 0);
}
if (!process.argv.includes('--check')) {
  generate(kept);
} else {
  const stale = differing();
  if (stale.length > 0) {
    console.error(`constraints: ${stale.join(', ')} differ from the models; run node bin/constraints.mjs`);
    process.exit(1);
  }
}
