import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { SAMPLE_APP } from '../../src/cli/demo/sample-app.ts';
import { spawnTeal } from '../support/spawned-teal.ts';

const run = promisify(execFile);
const missing = await run('python3', ['-c', 'import boto3']).then(
  () => undefined,
  () => 'python3 with boto3 is not here',
);
const skip = missing !== undefined && !process.env['CI'];

it.skipIf(skip)(
  `releases, refuses a second release and rolls back through boto3${skip ? ` (skipped: ${missing})` : ''}`,
  { timeout: 400_000 },
  async () => {
    const data = await mkdtemp(join(tmpdir(), 'teal-boto3-'));
    const teal = await spawnTeal(['--port', '0', '--data', data, '--runtime', 'process', '--time-scale', '60']);
    try {
      const script = join(dirname(fileURLToPath(import.meta.url)), 'boto3_release.py');

      const { stdout } = await run('python3', [script, teal.url, process.execPath, SAMPLE_APP]);

      expect(stdout.trim()).toBe('fine');
    } finally {
      await teal.stop();
      await rm(data, { recursive: true, force: true });
    }
  },
);
