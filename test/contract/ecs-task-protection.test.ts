import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateTaskSetCommand,
  DeleteServiceCommand,
  DescribeTaskSetsCommand,
  GetTaskProtectionCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServicePrimaryTaskSetCommand,
  DeleteTaskSetCommand,
  UpdateTaskProtectionCommand,
  type RegisterTaskDefinitionRequest,
  type UpdateTaskProtectionRequest,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServiceYard } from '../support/ecs-services.ts';
import { eventually } from '../support/eventually.ts';

let yard: ServiceYard;
beforeAll(async () => {
  yard = await ServiceYard.open({ timeScale: 60 });
});
afterAll(() => yard.close());

const protect = (tasks: (string | undefined)[], more: Partial<UpdateTaskProtectionRequest> = {}) =>
  yard.teal.ecs.send(
    new UpdateTaskProtectionCommand({
      cluster: 'shop',
      tasks: tasks.map((task) => task ?? ''),
      protectionEnabled: true,
      ...more,
    }),
  );
const read = (tasks: (string | undefined)[]) =>
  yard.teal.ecs.send(new GetTaskProtectionCommand({ cluster: 'shop', tasks: tasks.map((task) => task ?? '') }));
const arnsOf = async (service: string) => (await yard.tasks(service)).map(({ taskArn }) => taskArn);
const running = (service: string, wanted: readonly (string | undefined)[]) =>
  eventually(`${service}: exactly ${wanted.join(', ')}`, async () => {
    const found = await arnsOf(service);
    return found.length === wanted.length && wanted.every((one) => found.includes(one)) ? true : undefined;
  });

it('keeps protected tasks when a service is scaled in, tells why, and lets go of them when they are not any more', async () => {
  await yard.create('held', { desiredCount: 3 });
  const { deployments } = await yard.completed('held');
  const [kept, other] = (await arnsOf('held')).sort();
  const askedAt = Date.now();
  const { protectedTasks, failures } = await protect([kept]);
  expect(failures).toEqual([]);
  expect(protectedTasks).toEqual([
    { taskArn: kept, protectionEnabled: true, expirationDate: expect.any(Date) as Date },
  ]);
  // Two hours, divided by the time scale.
  const endsAt = protectedTasks?.[0]?.expirationDate?.getTime() ?? 0;
  // The SDK's instants of ECS are in whole milliseconds or seconds.
  expect(endsAt - askedAt).toBeGreaterThanOrEqual(119_000);
  expect(endsAt - Date.now()).toBeLessThanOrEqual(120_000);

  await yard.update('held', { desiredCount: 0 });
  await running('held', [kept]);
  const held = `(service held) was unable to reach steady state because (taskSet ${deployments?.[0]?.id}) was unable to scale in due to (reason 1 tasks under protection)`;
  await eventually('the event', async () => ((await yard.events('held')).includes(held) ? true : undefined));
  expect((await read([kept])).protectedTasks).toEqual(protectedTasks);
  expect((await read([other])).failures).toMatchObject([{ arn: other, reason: 'TASK_NOT_VALID' }]);

  await protect([kept], { protectionEnabled: false });
  await running('held', []);
  expect((await yard.events('held')).filter((message) => message === held)).toHaveLength(1);
  await eventually('a steady service', async () =>
    (await yard.events('held')).at(-1)?.endsWith('has reached a steady state.') ? true : undefined,
  );
});

it('lets a protection end by itself, and a new one begins anew', async () => {
  await yard.create('passing');
  await yard.completed('passing');
  const [task] = await arnsOf('passing');
  await protect([task], { expiresInMinutes: 2880 });
  const { protectedTasks } = await protect([task], { expiresInMinutes: 1 });
  expect(protectedTasks).toMatchObject([{ protectionEnabled: true }]);
  await yard.update('passing', { desiredCount: 0 });
  await running('passing', []);
});

it('replaces all but protected tasks in a rolling update, which ends when they may go', async () => {
  await yard.create('rolled', { desiredCount: 2 });
  await yard.completed('rolled');
  const [kept] = await arnsOf('rolled');
  await protect([kept]);
  await yard.update('rolled', { taskDefinition: 'good:2' });
  const midway = await yard.until('two new tasks and one old', 'rolled', ({ deployments = [] }) => {
    const counts = deployments.map(({ runningCount }) => runningCount);
    return counts.length === 2 && counts[0] === 2 && counts[1] === 1;
  });
  expect(midway.deployments?.[0]?.rolloutState).toBe('IN_PROGRESS');
  expect(await arnsOf('rolled')).toContain(kept);
  await eventually('the event', async () =>
    (await yard.events('rolled')).some((message) => message.endsWith('(reason 1 tasks under protection)'))
      ? true
      : undefined,
  );

  await protect([kept], { protectionEnabled: false });
  await yard.completed('rolled');
  expect(await arnsOf('rolled')).not.toContain(kept);
});

it('keeps protected tasks of a task set that is deleted, until they may go', async () => {
  await yard.create('sets', { deploymentController: { type: 'EXTERNAL' }, taskDefinition: undefined });
  const set = async (taskDefinition: string) => {
    const scale = { unit: 'PERCENT', value: 100 } as const;
    const command = new CreateTaskSetCommand({ cluster: 'shop', service: 'sets', taskDefinition, scale });
    return (await yard.teal.ecs.send(command)).taskSet?.id ?? '';
  };
  const makePrimary = (primaryTaskSet: string) =>
    yard.teal.ecs.send(new UpdateServicePrimaryTaskSetCommand({ cluster: 'shop', service: 'sets', primaryTaskSet }));
  const steady = (count: number) =>
    eventually(`${count} steady task sets`, async () => {
      const command = new DescribeTaskSetsCommand({ cluster: 'shop', service: 'sets' });
      const { taskSets = [] } = await yard.teal.ecs.send(command);
      const isSteady = taskSets.every(({ stabilityStatus }) => stabilityStatus === 'STEADY_STATE');
      return taskSets.length === count && isSteady ? true : undefined;
    });
  const blue = await set('good:1');
  await makePrimary(blue);
  await steady(1);
  const [kept] = await arnsOf('sets');
  await protect([kept]);
  await makePrimary(await set('good:2'));
  await steady(2);
  await yard.teal.ecs.send(new DeleteTaskSetCommand({ cluster: 'shop', service: 'sets', taskSet: blue, force: true }));
  await eventually('the event', async () =>
    (await yard.events('sets')).some((message) =>
      message.includes(`(taskSet ${blue}) was unable to scale in due to (reason 1 tasks under protection)`),
    )
      ? true
      : undefined,
  );
  expect(await arnsOf('sets')).toContain(kept);

  await protect([kept], { protectionEnabled: false });
  await steady(1);
  expect(await arnsOf('sets')).not.toContain(kept);
});

it('stops protected tasks that are told to, and with their service', async () => {
  await yard.create('told', { desiredCount: 2 });
  await yard.completed('told');
  const [first, second] = await arnsOf('told');
  await protect([first, second]);
  await yard.teal.ecs.send(new StopTaskCommand({ cluster: 'shop', task: first }));
  await eventually('another task', async () => ((await arnsOf('told')).includes(first) ? undefined : true));
  await yard.teal.ecs.send(new DeleteServiceCommand({ cluster: 'shop', service: 'told', force: true }));
  await yard.until('no service', 'told', ({ status }) => status === 'INACTIVE');
});

it('says of each task why it cannot be protected', async () => {
  await yard.create('few', { desiredCount: 1 });
  await yard.completed('few');
  const [only] = await arnsOf('few');
  const { tasks } = await yard.teal.ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition: 'good:1' }));
  const alone = tasks?.[0]?.taskArn;
  const unknown = only?.replace(/[0-9a-f]{32}$/, '0'.repeat(32));

  const mixed = await protect([alone, unknown, only, only]);
  expect(mixed.protectedTasks).toMatchObject([{ taskArn: only, protectionEnabled: true }]);
  expect(mixed.failures).toMatchObject([
    { arn: alone, reason: 'TASK_NOT_VALID' },
    { arn: unknown, reason: 'MISSING' },
  ]);
  await yard.update('few', { desiredCount: 2 });
  const [another] = await eventually('another task', async () => {
    const others = (await yard.tasks('few')).filter(
      ({ taskArn, lastStatus }) => taskArn !== only && lastStatus === 'RUNNING',
    );
    return others.length === 1 ? others.map(({ taskArn }) => taskArn) : undefined;
  });
  await yard.update('few', { desiredCount: 1 });
  await running('few', [only]);
  expect((await protect([another])).failures).toMatchObject([{ arn: another, reason: 'TASK_NOT_VALID' }]);
});

it('protects no more tasks than its service wishes for', async () => {
  await yard.create('more', { desiredCount: 2 });
  await yard.completed('more');
  const [first] = await arnsOf('more');
  await protect([first]);
  await yard.update('more', {
    desiredCount: 1,
    taskDefinition: 'good:2',
    deploymentConfiguration: { minimumHealthyPercent: 0 },
  });
  const fresh = await eventually('a new task', async () =>
    (await yard.tasks('more')).find(({ taskDefinitionArn }) => taskDefinitionArn?.endsWith('good:2')),
  );
  const { protectedTasks, failures } = await protect([fresh.taskArn]);
  expect(protectedTasks).toEqual([]);
  expect(failures).toMatchObject([{ arn: fresh.taskArn, reason: 'DEPLOYMENT_BLOCKED' }]);
});

it.each([
  ['Tasks cannot be empty.', { tasks: [] }],
  ['taskIds can have at most 10 items.', { tasks: Array.from({ length: 11 }, (_, i) => `${i}`.padStart(32, '0')) }],
  ['taskId length should be one of [32,36]', { tasks: ['short'] }],
  ['expiresInMinutes must be between 1 and 2880.', { tasks: ['0'.repeat(32)], expiresInMinutes: 2881 }],
  ['expiresInMinutes must be between 1 and 2880.', { tasks: ['0'.repeat(32)], expiresInMinutes: 0 }],
])('refuses: %s', async (message, members) => {
  await expect(protect([], members)).rejects.toMatchObject({ name: 'InvalidParameterException', message });
});

it('refuses a cluster that is not there', async () => {
  await expect(protect(['0'.repeat(32)], { cluster: 'nowhere' })).rejects.toMatchObject({
    name: 'ClusterNotFoundException',
    message: 'Cluster not found.',
  });
});

/** Asks the agent, and prints status and answer of each question. */
const ASKS = `
const state = process.env.ECS_AGENT_URI + '/task-protection/v1/state';
const ask = async (init) => {
  const answer = await fetch(state, init);
  return { status: answer.status, body: await answer.json() };
};
const put = (body) => ask({ method: 'PUT', headers: { 'content-type': 'application/json' }, body });
(async () => {
  const answers = [];
  for (const body of ['{"ProtectionEnabled":true,"ExpiresInMinutes":60}', undefined, '{"ExpiresInMinutes":60}', 'what',
    '{"ProtectionEnabled":true,"ExpiresInMinutes":9000}', '{"ProtectionEnabled":false}'])
    answers.push(await (body === undefined ? ask() : put(body)));
  console.log(JSON.stringify(answers));
  setInterval(() => undefined, 1000);
})();`;

async function asked(family: string, members: Partial<RegisterTaskDefinitionRequest>) {
  const options = {
    'awslogs-group': 'asked',
    'awslogs-region': 'us-east-1',
    'awslogs-stream-prefix': family,
    'awslogs-create-group': 'true',
  };
  await yard.teal.ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      containerDefinitions: [
        {
          ...{ name: 'app', image: 'app', memory: 64, command: [process.execPath, '-e', ASKS] },
          logConfiguration: { logDriver: 'awslogs', options },
        },
      ],
      ...members,
    }),
  );
  await yard.create(family, { taskDefinition: family });
  const [task] = await eventually(`a task of ${family}`, async () => {
    const found = await arnsOf(family);
    return found.length === 1 ? found : undefined;
  });
  const { url: endpoint, account } = yard.teal;
  const logs = new CloudWatchLogsClient({
    ...{ endpoint, region: 'us-east-1', maxAttempts: 1 },
    credentials: { accessKeyId: account, secretAccessKey: 'secret' },
  });
  const line = await eventually(`what ${family} printed`, async () => {
    const command = new FilterLogEventsCommand({ logGroupName: 'asked', logStreamNamePrefix: `${family}/` });
    const { events = [] } = await logs.send(command).catch(() => ({ events: [] }));
    return events[0]?.message;
  });
  logs.destroy();
  return { task, answers: JSON.parse(line) as { status: number; body: unknown }[] };
}

it('lets a task protect itself, with the answers of the ECS agent', async () => {
  const { task, answers } = await asked('own', { taskRoleArn: 'arn:aws:iam::123456789012:role/worker' });
  const error = (Code: string, Message: string, Arn = task) => ({
    status: 400,
    body: { error: { Arn, Code, Message } },
  });
  const on = {
    status: 200,
    body: {
      protection: {
        ExpirationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        ProtectionEnabled: true,
        TaskArn: task,
      },
    },
  };
  expect(answers).toEqual([
    on,
    on,
    error('InvalidParameterException', "Invalid request: does not contain 'ProtectionEnabled' field"),
    error('InvalidParameterException', 'UpdateTaskProtection: failed to decode request', ''),
    error('InvalidParameterException', 'expiresInMinutes must be between 1 and 2880.'),
    { status: 200, body: { protection: { ExpirationDate: null, ProtectionEnabled: false, TaskArn: task } } },
  ]);
});

it('lets no task without a role protect itself', async () => {
  const { task, answers } = await asked('roleless', {});
  const Message = 'Invalid Request: no task IAM role credentials available for task';
  expect(answers[0]).toEqual({ status: 403, body: { error: { Arn: task, Code: 'AccessDeniedException', Message } } });
});
