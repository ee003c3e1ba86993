import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsClients, destroyClients } from '../support/aws.ts';
import { eventually } from '../support/eventually.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

const GROUP = '/crash/output';
/** Counts, a line every two milliseconds, and says when it ends. */
const COUNTING = `
let n = 0;
const counting = setInterval(() => console.log(n++), 2);
process.on('SIGTERM', () => { clearInterval(counting); console.log('end'); process.exit(0); });
`;

let data = '';
let teal: SpawnedTeal;

const start = (...more: string[]): Promise<SpawnedTeal> =>
  spawnTeal(['--port', '0', '--data', data, '--runtime', 'process', '--log-level', 'warn', ...more]);

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'teal-crash-output-'));
});
afterAll(async () => {
  await teal.stop();
  await rm(data, { recursive: true, force: true });
});

async function withClients<R>(work: (clients: ReturnType<typeof awsClients>) => Promise<R>): Promise<R> {
  const clients = awsClients(teal.url);
  try {
    return await work(clients);
  } finally {
    destroyClients(clients);
  }
}

const runCounting = () =>
  withClients(async ({ ecs }) => {
    const options = {
      'awslogs-group': GROUP,
      'awslogs-region': 'us-east-1',
      'awslogs-stream-prefix': 'count',
      'awslogs-create-group': 'true',
    };
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'counting',
        containerDefinitions: [
          {
            name: 'app',
            image: 'node',
            memory: 64,
            command: [process.execPath, '-e', COUNTING],
            logConfiguration: { logDriver: 'awslogs', options },
          },
        ],
      }),
    );
    const { tasks = [] } = await ecs.send(new RunTaskCommand({ taskDefinition: 'counting' }));
    return tasks[0]?.taskArn ?? '';
  });

const stopTask = (task: string) =>
  withClients(async ({ ecs }) => {
    await ecs.send(new StopTaskCommand({ task }));
    await eventually('the task to stop', async () => {
      const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ tasks: [task] }));
      return tasks[0]?.lastStatus === 'STOPPED' || undefined;
    });
  });

async function storedLines(): Promise<string[]> {
  const client = new CloudWatchLogsClient({
    endpoint: teal.url,
    region: 'us-east-1',
    credentials: { accessKeyId: '000000000000', secretAccessKey: 'secret' },
  });
  const lines: string[] = [];
  for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName: GROUP }))
    lines.push(...events.map(({ message = '' }) => message));
  client.destroy();
  return lines;
}

it('stores every line of a task once, though Teal is killed before and after lines are stored', async () => {
  teal = await start('--kill-at', 'ecs.output.stored:2');
  const task = await runCounting();
  const ends = [await teal.ended];
  teal = await start('--kill-at', 'ecs.output.read:2');
  ends.push(await teal.ended);
  teal = await start('--leave-running');

  const before = await storedLines();
  await eventually('more lines', async () => (await storedLines()).length > before.length || undefined);
  await stopTask(task);
  const lines = await storedLines();

  expect(ends.map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL']);
  expect(lines.length).toBeGreaterThan(before.length);
  expect(lines).toEqual([...Array.from({ length: lines.length - 1 }, (_, index) => String(index)), 'end']);
});
