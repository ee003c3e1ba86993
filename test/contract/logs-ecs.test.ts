import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const PATIENT = { timeout: 60_000, interval: 20 };

let teal: TestTeal;
let logs: CloudWatchLogsClient;
let names = 0;

beforeAll(async () => {
  teal = await startTestTeal();
  logs = new CloudWatchLogsClient({
    endpoint: teal.url,
    region: 'us-east-1',
    credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});

afterAll(async () => {
  logs.destroy();
  await teal.close();
});

const newGroup = () => `/ecs/test-${++names}`;

function definition(
  script: string,
  options: Record<string, string>,
  more: Partial<RegisterTaskDefinitionCommandInput> = {},
): RegisterTaskDefinitionCommandInput {
  const logConfiguration = { logDriver: 'awslogs' as const, options };
  const command = [process.execPath, '-e', script];
  return {
    family: `printing-${names}`,
    containerDefinitions: [{ name: 'app', image: 'node', memory: 64, command, logConfiguration }],
    ...more,
  };
}

async function run(script: string, options: Record<string, string>): Promise<string> {
  const registered = await teal.ecs.send(new RegisterTaskDefinitionCommand(definition(script, options)));
  const { tasks = [] } = await teal.ecs.send(
    new RunTaskCommand({ taskDefinition: registered.taskDefinition?.taskDefinitionArn ?? '' }),
  );
  return tasks[0]?.taskArn ?? '';
}

const describe = async (task: string) => (await teal.ecs.send(new DescribeTasksCommand({ tasks: [task] }))).tasks?.[0];

const linesOf = async (logGroupName: string, task: string) => {
  const logStreamName = `web/app/${task.split('/').pop()}`;
  const answer = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }));
  return answer.events?.map(({ message }) => message);
};

it('stores every line of a task that ended at once, the last one without its end too', async () => {
  const group = newGroup();
  const options = {
    'awslogs-group': group,
    'awslogs-region': 'us-east-1',
    'awslogs-stream-prefix': 'web',
    'awslogs-create-group': 'true',
    mode: 'non-blocking',
    'max-buffer-size': '25m',
  };

  const task = await run(`console.log('one\\n\\ntwo'); console.error('three'); process.stdout.write('é…')`, options);
  await expect.poll(async () => (await describe(task))?.lastStatus, PATIENT).toBe('STOPPED');

  expect(await linesOf(group, task)).toEqual(['one', 'two', 'three', 'é…']);
});

it('puts lines together that are one event', async () => {
  const group = newGroup();
  const options = {
    'awslogs-group': group,
    'awslogs-region': 'us-east-1',
    'awslogs-stream-prefix': 'web',
    'awslogs-create-group': 'true',
    'awslogs-multiline-pattern': '^\\[',
  };

  const task = await run(`console.log('[1] first\\n  at line 2\\n[2] second\\n  at line 4')`, options);
  await expect.poll(async () => (await describe(task))?.lastStatus, PATIENT).toBe('STOPPED');

  expect(await linesOf(group, task)).toEqual(['[1] first\n  at line 2', '[2] second\n  at line 4']);
});

it('stores lines while a task runs, in a group of another region', async () => {
  const group = newGroup();
  const abroad = new CloudWatchLogsClient({
    endpoint: teal.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
  });
  await abroad.send(new CreateLogGroupCommand({ logGroupName: group }));
  const read = async () =>
    (await abroad.send(new FilterLogEventsCommand({ logGroupName: group }))).events?.map(({ message }) => message);

  const task = await run(`console.log('here'); setInterval(() => undefined, 1000)`, {
    'awslogs-group': group,
    'awslogs-region': 'eu-west-1',
    'awslogs-stream-prefix': 'web',
  });

  await expect.poll(read, PATIENT).toEqual(['here']);
  await expect.poll(async () => (await describe(task))?.lastStatus, PATIENT).toBe('RUNNING');
  abroad.destroy();
  await teal.ecs.send(new StopTaskCommand({ task }));
});

it('starts no task whose log group is missing, and says so as ECS does', async () => {
  const group = newGroup();

  const task = await run(`console.log('never')`, {
    'awslogs-group': group,
    'awslogs-region': 'us-east-1',
    'awslogs-stream-prefix': 'web',
  });

  await expect.poll(async () => (await describe(task))?.lastStatus, PATIENT).toBe('STOPPED');
  expect(await describe(task)).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason:
      'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1',
  });
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group }));
  expect(logGroups).toEqual([]);
});

const fargate = {
  requiresCompatibilities: ['FARGATE' as const],
  networkMode: 'awsvpc' as const,
  cpu: '256',
  memory: '512',
};
const full = { 'awslogs-group': 'g', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'p' };

it.each([
  [{}, {}, 'Log driver awslogs requires options: awslogs-region, awslogs-group'],
  [{ 'awslogs-region': 'us-east-1' }, {}, 'Log driver awslogs requires options: awslogs-group'],
  [
    { 'awslogs-group': 'g', 'awslogs-region': 'us-east-1' },
    fargate,
    'Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.',
  ],
  [full, fargate, 'Fargate requires task definition to have execution role ARN to support log driver awslogs.'],
])('refuses the options %j', async (options, more, message) => {
  await expect(teal.ecs.send(new RegisterTaskDefinitionCommand(definition('', options, more)))).rejects.toThrow(
    message,
  );
});
