import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  type ContainerDefinition,
  type RegisterTaskDefinitionCommandInput,
  type RunTaskCommandInput,
  type Task,
  type TaskOverride,
} from '@aws-sdk/client-ecs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';
import { taskNetwork } from '../support/task-network.ts';

let teal: TestTeal;
let families = 0;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

const RUNS = 'setInterval(() => undefined, 1000);';
const container = (name: string, script: string, more: Partial<ContainerDefinition> = {}): ContainerDefinition => ({
  name,
  image: 'node',
  memory: 64,
  command: [process.execPath, '-e', script],
  ...more,
});
const check = (script: string) => ({
  command: ['CMD', process.execPath, '-e', script],
  interval: 5,
  timeout: 60,
  retries: 2,
});

async function run(
  containerDefinitions: ContainerDefinition[],
  more: Partial<RegisterTaskDefinitionCommandInput> = {},
): Promise<string> {
  const family = `task-${++families}`;
  await teal.ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions, ...more }));
  const { tasks = [] } = await teal.ecs.send(
    new RunTaskCommand({
      taskDefinition: family,
      ...(more.networkMode && {
        launchType: 'FARGATE',
        networkConfiguration: await taskNetwork(teal.ec2),
      }),
    }),
  );
  return tasks[0]?.taskArn ?? '';
}

const describe = async (task: string) => (await teal.ecs.send(new DescribeTasksCommand({ tasks: [task] }))).tasks?.[0];
const until = (task: string, what: string, is: (found: Task) => boolean): Promise<Task> =>
  eventually(what, async () => {
    const found = await describe(task);
    return found && is(found) ? found : undefined;
  });
const stopped = (task: string) => until(task, 'the task to stop', ({ lastStatus }) => lastStatus === 'STOPPED');
const of = (task: Task, name: string) => task.containers?.find((one) => one.name === name);

it.each([
  ['Task count must be between 1 and 10.', { count: 11 }],
  ['startedBy longer than 128.', { startedBy: 's'.repeat(129) }],
  ['Tags can be propagated from a service to tasks of that service only.', { propagateTags: 'SERVICE' }],
  [
    'Placement strategies are not supported with FARGATE launch type.',
    { launchType: 'FARGATE', placementStrategy: [{ type: 'random' }] },
  ],
  [
    'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.',
    { capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] },
  ],
  ['ContainerOverride.name should not be null or empty.', { overrides: { containerOverrides: [{ command: ['x'] }] } }],
  [
    "Invalid 'memory' setting for container 'web'.",
    { overrides: { containerOverrides: [{ name: 'web', memory: 2 }] } },
  ],
  ["Invalid 'cpu' setting for task.", { overrides: { cpu: 'much' } }],
] as const)('refuses to run a task: %s', async (message, members) => {
  await teal.ecs.send(
    new RegisterTaskDefinitionCommand({ family: 'refused', containerDefinitions: [container('web', RUNS)] }),
  );
  const input = { taskDefinition: 'refused', ...structuredClone(members) } as RunTaskCommandInput;
  await expect(teal.ecs.send(new RunTaskCommand(input))).rejects.toMatchObject({ message });
});

it('gives a task its tags once each, with those of ECS, and tells requests with one token apart', async () => {
  await teal.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'tagged',
      containerDefinitions: [container('web', 'process.exit(0)')],
      tags: [
        { key: 'team', value: 'shop' },
        { key: 'stage', value: 'any' },
      ],
    }),
  );
  const start = (startedBy: string) =>
    teal.ecs.send(
      new RunTaskCommand({
        taskDefinition: 'tagged',
        propagateTags: 'TASK_DEFINITION',
        enableECSManagedTags: true,
        tags: [{ key: 'stage', value: 'test' }],
        clientToken: 'once',
        startedBy,
      }),
    );
  const first = await start('me');

  expect(first.tasks?.[0]?.tags).toEqual([
    { key: 'team', value: 'shop' },
    { key: 'stage', value: 'test' },
    { key: 'aws:ecs:clusterName', value: 'default' },
  ]);
  expect((await start('me')).tasks?.[0]?.taskArn).toBe(first.tasks?.[0]?.taskArn);
  await expect(start('you')).rejects.toMatchObject({
    name: 'ConflictException',
    resourceIds: [first.tasks?.[0]?.taskArn],
  });
});

it('shows containers that wait for each other as they come up', async () => {
  const gate = join(teal.data, 'migrated');
  const script = `setInterval(() => require('node:fs').existsSync(${JSON.stringify(gate)}) && process.exit(0), 20)`;
  const migrate = container('migrate', script, { essential: false });
  const web = container('web', RUNS, { dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }] });
  const task = await run([migrate, web]);

  const pending = await until(task, 'the first container', (found) => of(found, 'migrate')?.lastStatus === 'RUNNING');
  await writeFile(gate, '');
  const running = await until(task, 'the task to run', ({ lastStatus }) => lastStatus === 'RUNNING');

  expect(pending.lastStatus).toBe('PENDING');
  expect(of(pending, 'web')?.lastStatus).toBe('PENDING');
  expect(of(running, 'migrate')).toMatchObject({ lastStatus: 'STOPPED', exitCode: 0 });
  expect(of(running, 'web')).toMatchObject({ lastStatus: 'RUNNING' });
  await teal.ecs.send(new StopTaskCommand({ task, reason: 'enough' }));
  expect(await stopped(task)).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'enough' });
});

it('says why a task did not start when what it waits for failed', async () => {
  const migrate = container('migrate', 'process.exit(3)', { essential: false });
  const web = container('web', RUNS, { dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }] });

  const task = await stopped(await run([migrate, web]));

  expect(task).toMatchObject({ stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start' });
  expect(of(task, 'migrate')?.exitCode).toBe(3);
  expect(of(task, 'web')?.reason).toMatch(/dependency did not exit successfully/);
});

it('shows health of containers and of the task', async () => {
  const well = container('well', RUNS, { healthCheck: check('process.exit(0)') });
  const ill = container('ill', RUNS, { healthCheck: check('process.exit(1)'), essential: false });
  const task = await run([well, ill]);

  const found = await until(
    task,
    'both checks',
    (one) => of(one, 'ill')?.healthStatus === 'UNHEALTHY' && of(one, 'well')?.healthStatus === 'HEALTHY',
  );

  expect(found).toMatchObject({ healthStatus: 'HEALTHY', lastStatus: 'RUNNING' });
  await teal.ecs.send(new StopTaskCommand({ task }));
  await stopped(task);
});

it('tells an essential container that ended at once from one that never ran', async () => {
  const task = await stopped(await run([container('web', 'process.exit(5)')]));

  expect(task).toMatchObject({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ exitCode: 5 }],
  });
});

const role = 'arn:aws:iam::111122223333:role/exec';
const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf:password::';

it.each<[string, Partial<ContainerDefinition>, string]>([
  [
    'a secret',
    { secrets: [{ name: 'PASSWORD', valueFrom: SECRET }] },
    `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): AWS Secrets Manager is not served by Teal yet: '${SECRET}' for 'PASSWORD' (container 'web')`,
  ],
  [
    'a parameter',
    { secrets: [{ name: 'KEY', valueFrom: '/app/key' }] },
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AWS Systems Manager Parameter Store is not served by Teal yet: '/app/key' for 'KEY' (container 'web')",
  ],
  [
    'a log driver given two ways to put lines together',
    {
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': 'g',
          'awslogs-region': 'us-east-1',
          'awslogs-multiline-pattern': '^x',
          'awslogs-datetime-format': '%Y',
        },
      },
    },
    "ResourceInitializationError: failed to validate logger args: you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time : exit status 1",
  ],
  [
    'what processes do not have',
    { privileged: true },
    "CannotCreateContainerError: the process runtime has no privileges (privileged), which container 'web' asks for; start Teal with --runtime docker",
  ],
])('stops a task that needs %s, and says so', async (_what, members, reason) => {
  const task = await stopped(await run([container('web', RUNS, members)], { executionRoleArn: role }));

  expect(task).toMatchObject({ stopCode: 'TaskFailedToStart', stoppedReason: reason });
  expect(task.containers?.[0]?.exitCode).toBeUndefined();
});

const fargate = {
  requiresCompatibilities: ['FARGATE' as const],
  networkMode: 'awsvpc' as const,
  cpu: '256',
  memory: '512',
  executionRoleArn: role,
};

it('spreads tasks over the capacity providers of a strategy, the cluster’s where none is given', async () => {
  const providers = ['FARGATE', 'FARGATE_SPOT'];
  await teal.ecs.send(
    new CreateClusterCommand({
      clusterName: 'spot',
      capacityProviders: providers,
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    }),
  );
  const containerDefinitions = [container('web', 'process.exit(0)')];
  await teal.ecs.send(new RegisterTaskDefinitionCommand({ family: 'spread', containerDefinitions, ...fargate }));
  const start = async (members: Partial<RunTaskCommandInput>) => {
    const { tasks } = await teal.ecs.send(
      new RunTaskCommand({
        cluster: 'spot',
        taskDefinition: 'spread',
        count: 2,
        networkConfiguration: await taskNetwork(teal.ec2),
        ...members,
      }),
    );
    return tasks?.map(({ launchType, capacityProviderName }) => `${launchType} ${capacityProviderName}`);
  };

  expect(await start({})).toEqual(['FARGATE FARGATE_SPOT', 'FARGATE FARGATE_SPOT']);
  expect(
    await start({ capacityProviderStrategy: providers.map((capacityProvider) => ({ capacityProvider, weight: 1 })) }),
  ).toEqual(['FARGATE FARGATE', 'FARGATE FARGATE_SPOT']);
  expect(await start({ launchType: 'FARGATE' })).toEqual(['FARGATE undefined', 'FARGATE undefined']);
});

it('shows the storage that a task has: of its overrides, else of its definition, else what Fargate gives', async () => {
  const containerDefinitions = [container('web', 'process.exit(0)')];
  const define = (family: string, more: object) =>
    teal.ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions, ...fargate, ...more }));
  await define('stored', { ephemeralStorage: { sizeInGiB: 50 } });
  await define('unstored', {});
  const start = async (taskDefinition: string, overrides?: TaskOverride) => {
    const networkConfiguration = await taskNetwork(teal.ec2);
    const { tasks } = await teal.ecs.send(
      new RunTaskCommand({ taskDefinition, overrides, networkConfiguration, launchType: 'FARGATE' }),
    );
    return tasks?.map((task) => [task.ephemeralStorage?.sizeInGiB, task.fargateEphemeralStorage?.sizeInGiB]);
  };

  expect(await start('unstored')).toEqual([[20, 20]]);
  expect(await start('stored')).toEqual([[50, 50]]);
  expect(await start('stored', { ephemeralStorage: { sizeInGiB: 30 } })).toEqual([[30, 30]]);
  await expect(start('stored', { ephemeralStorage: { sizeInGiB: 201 } })).rejects.toMatchObject({
    message: 'EphemeralStorage size should be at most 200',
  });
});

it('lets a task ask about itself', async () => {
  const script = `
    const of = (path) => fetch(process.env.ECS_CONTAINER_METADATA_URI_V4 + path).then((answer) => answer.json());
    Promise.all(['', '/task', '/stats'].map(of)).then((all) => console.log(JSON.stringify(all)));`;
  const logConfiguration = {
    logDriver: 'awslogs' as const,
    options: {
      'awslogs-group': 'metadata',
      'awslogs-region': 'us-east-1',
      'awslogs-stream-prefix': 'p',
      'awslogs-create-group': 'true',
    },
  };
  const arn = await run([container('web', script, { logConfiguration }), container('side', RUNS)], fargate);
  await stopped(arn);
  const [own, task, stats] = JSON.parse(await printed('metadata', `p/web/${arn.split('/').pop()}`)) as [
    Record<string, unknown>,
    Record<string, unknown>,
    unknown,
  ];

  expect(own).toMatchObject({
    Name: 'web',
    Image: 'node',
    KnownStatus: 'RUNNING',
    Type: 'NORMAL',
    LogDriver: 'awslogs',
    Limits: { CPU: 0, Memory: 64 },
    Labels: { 'com.amazonaws.ecs.task-arn': arn, 'com.amazonaws.ecs.container-name': 'web' },
  });
  expect(task).toMatchObject({
    TaskARN: arn,
    Revision: '1',
    LaunchType: 'FARGATE',
    Limits: { CPU: 0.25, Memory: 512 },
    Containers: [{ Name: 'web' }, { Name: 'side' }],
  });
  expect(stats).toBeNull();
});

it('tells a task its tags and those of its instance, where there are some', async () => {
  const arn = await run([container('web', RUNS)]);
  const [, region, account, id] = /ecs:([^:]+):(\d+):task\/.*\/(\w+)$/.exec(arn) ?? [];
  const ask = async () => {
    const answer = await fetch(`${teal.url}/v4/${account}.${region}.${id}-0/taskWithTags`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const untagged = await ask();
  const tags = [{ key: 'team', value: 'shop' }];
  await teal.ecs.send(new TagResourceCommand({ resourceArn: arn, tags }));
  const { containerInstanceArn } = (await describe(arn)) ?? {};
  await teal.ecs.send(new TagResourceCommand({ resourceArn: containerInstanceArn, tags: [{ key: 'a', value: 'b' }] }));
  const tagged = await ask();
  await teal.ecs.send(new StopTaskCommand({ task: arn }));

  expect(untagged).toMatchObject({ TaskARN: arn });
  expect(untagged).not.toHaveProperty('TaskTags');
  expect(untagged).not.toHaveProperty('ContainerInstanceTags');
  expect(tagged).toMatchObject({ TaskARN: arn, TaskTags: { team: 'shop' }, ContainerInstanceTags: { a: 'b' } });
});

it('gives a task credentials that SDKs find and take', async () => {
  const script = `
    import('@aws-sdk/client-sts').then(async ({ STSClient, GetCallerIdentityCommand }) => {
      const client = new STSClient();
      const { AccessKeyId } = { AccessKeyId: (await client.config.credentials()).accessKeyId };
      const { Account } = await client.send(new GetCallerIdentityCommand({}));
      process.exit(AccessKeyId === Account && Account === process.env.WANTED ? 0 : 1);
    }, () => process.exit(2));`;
  const web = container('web', script, {
    workingDirectory: process.cwd(),
    environment: [
      { name: 'WANTED', value: teal.account },
      { name: 'AWS_EC2_METADATA_DISABLED', value: 'true' },
    ],
  });

  const task = await stopped(await run([web], { ...fargate, taskRoleArn: 'shop' }));

  expect(task.containers?.[0]?.exitCode).toBe(0);
});

it('answers nobody who does not know the address of the credentials', async () => {
  const task = await run([container('web', RUNS)], { ...fargate, taskRoleArn: 'shop' });
  const id = task.split('/').pop() ?? '';
  const guess = `${teal.account}.us-east-1.${id}.00000000-0000-0000-0000-000000000000`;

  const answer = await fetch(`${teal.url}/v2/credentials/${guess}`);

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'InvalidIdInRequest' });
  expect((await fetch(`${teal.url}/v4/nobody/task`)).status).toBe(404);
  await teal.ecs.send(new StopTaskCommand({ task }));
});

async function printed(logGroupName: string, logStreamName: string): Promise<string> {
  const { CloudWatchLogsClient, GetLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const credentials = { accessKeyId: teal.account, secretAccessKey: 'secret' };
  const client = new CloudWatchLogsClient({ endpoint: teal.url, region: 'us-east-1', credentials });
  const { events = [] } = await client.send(
    new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }),
  );
  client.destroy();
  return events.map(({ message }) => message).join('\n');
}
