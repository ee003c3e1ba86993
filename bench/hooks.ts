// A hook's invocation, warm and cold, beside a bare start of `node` in alternating rounds.
// npm run bench -- hooks [--json] [--rounds N] [--warm N]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { systemClock } from '../src/kernel/clock.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import { startTeal } from '../src/main.ts';
import { median, print } from './support.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    rounds: { type: 'string', default: '15' },
    warm: { type: 'string', default: '10' },
  },
});
const FunctionName = 'CodeDeployHook_bench';
const EVENT = strToU8('{"DeploymentId":"d-BENCH0000","LifecycleEventHookExecutionId":"bench"}');

const folder = mkdtempSync(join(tmpdir(), 'teal-bench-'));
const teal = await startTeal({
  host: '127.0.0.1',
  port: 0,
  data: folder,
  clock: systemClock(),
  logger: silentLogger(),
  runtime: 'process',
  balancer: 'embedded',
  allowReset: false,
  checkpoint: () => undefined,
});
const client = new LambdaClient({
  endpoint: teal.url,
  region: 'us-east-1',
  credentials: { accessKeyId: '000000000000', secretAccessKey: 'bench' },
});
try {
  await createHook();
  await timed(invoke); // the first call opens connections and prepares the driver
  const node: number[] = [];
  const cold: number[] = [];
  const warm: number[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    node.push(await timed(startNode));
    await forgetWarm(round);
    cold.push(await timed(invoke));
    for (let count = 0; count < Number(options.warm); count += 1) warm.push(await timed(invoke));
  }
  report({ node, cold, warm });
} finally {
  client.destroy();
  await teal.close();
  rmSync(folder, { recursive: true, force: true });
}

async function createHook(): Promise<void> {
  const source = 'exports.handler = async (event) => ({ hookStatus: "SUCCEEDED", id: event.DeploymentId });';
  await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: 'arn:aws:iam::000000000000:role/hooks',
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipSync({ 'index.js': strToU8(source) }) },
    }),
  );
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { FunctionName });
}

/** Another configuration needs another sandbox. */
async function forgetWarm(round: number): Promise<void> {
  const Environment = { Variables: { ROUND: String(round) } };
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment }));
  await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { FunctionName });
}

async function invoke(): Promise<void> {
  const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName, Payload: EVENT }));
  if (FunctionError) throw new Error(`the hook failed: ${Payload?.transformToString() ?? ''}`);
}

/** What any process of Node costs on this machine: started, one line of code run, ended. */
async function startNode(): Promise<void> {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`node ended with ${code}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function report(times: Record<'node' | 'cold' | 'warm', readonly number[]>): void {
  const node = median(times.node);
  const cold = median(times.cold);
  const warm = median(times.warm);
  const slowest = Math.max(...times.warm);
  const figures = {
    rounds: times.node.length,
    nodeStartMs: node,
    coldMs: cold,
    warmMs: { p50: warm, max: slowest },
    coldOfNodeStart: cold / node,
    warmOfNodeStart: warm / node,
  };
  print(options.json, figures, [
    `node -e 0        ${node.toFixed(1)} ms`,
    `hook, cold       ${cold.toFixed(1)} ms from Invoke to its answer, with its process started`,
    `hook, warm       ${warm.toFixed(1)} ms (slowest of ${times.warm.length}: ${slowest.toFixed(1)} ms)`,
    `hooks: cold ${figures.coldOfNodeStart.toFixed(2)}, warm ${figures.warmOfNodeStart.toFixed(3)} of a bare start of node`,
  ]);
}
