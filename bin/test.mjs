// `npm test`: installs what is missing, builds, runs every test, ends with one plain line.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

ensureInstalled();
await ensureBuilt();

const folder = mkdtempSync(join(tmpdir(), 'teal-test-'));
const report = join(folder, 'report.json');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const run = spawnSync(
  process.execPath,
  [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
let line = '0 passed, 1 failed';
try {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  line = `${numPassedTests} passed, ${numFailedTests + brokenFiles} failed, ${numPendingTests} skipped`;
} catch (cause) {
  process.stderr.write(`no test report: ${cause.message}\n`);
}
rmSync(folder, { recursive: true, force: true });
console.log(line);
process.exit(run.status ?? 1);
