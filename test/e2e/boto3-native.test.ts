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
/** Older ones do not know the strategies of ECS, or pauses. */
const KNOWS = "import boto3; boto3.client('ecs', region_name='us-east-1').continue_service_deployment";
const missing = await run('python3', ['-c', KNOWS]).then(
  () => undefined,
  () => 'python3 with a boto3 that knows ContinueServiceDeployment is not here',
);
const skip = missing !== undefined && !process.env['CI'];

it.skipIf(skip)(
  `shifts traffic with ECS alone, pauses, and goes back, through boto3${skip ? ` (skipped: ${missing})` : ''}`,
  { timeout: 400_000 },
  async () => {
    const data = await mkdtemp(join(tmpdir(), 'teal-boto3-'));
    const teal = await spawnTeal(['--port', '0', '--data', data, '--runtime', 'process', '--time-scale', '60']);
    try {
      const script = join(dirname(fileURLToPath(import.meta.url)), 'boto3_native.py');

      const { stdout } = await run('python3', [script, teal.url, process.execPath, SAMPLE_APP]);

      expect(stdout.trim()).toBe('fine');
    } finally {
      await teal.stop();
      await rm(data, { recursive: true, force: true });
    }
  },
);
