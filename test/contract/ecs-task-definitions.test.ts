import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  paginateListTaskDefinitions,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

const web = { name: 'web', image: 'web:1', memory: 128 };
const base = { family: 'web', containerDefinitions: [web] };
const awsvpc = { ...base, networkMode: 'awsvpc' };
const fargate = { ...awsvpc, requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' };

type Members = Record<string, unknown>;
const register = (input: Members) =>
  teal.ecs.send(new RegisterTaskDefinitionCommand(input as unknown as RegisterTaskDefinitionCommandInput));
const containers = (...containerDefinitions: Members[]): Members => ({ ...base, containerDefinitions });
const one = (members: Members): Members => containers({ ...web, ...members });
const onVpc = (members: Members): Members => ({ ...awsvpc, containerDefinitions: [{ ...web, ...members }] });
const onFargate = (members: Members): Members => ({ ...fargate, containerDefinitions: [{ ...web, ...members }] });
const check = (members: Members): Members => one({ healthCheck: { command: ['CMD', 'true'], ...members } });
const job = { name: 'job', image: 'job', memory: 64, essential: false };
const waitFor = (condition: string, target: Members): Members =>
  containers({ ...web, dependsOn: [{ containerName: 'job', condition }] }, target);
const role = 'arn:aws:iam::111122223333:role/exec';
const linux = (linuxParameters: Members): Members => onFargate({ linuxParameters });
const MATCH = 'the host ports and container ports in port mappings must match.';
const UNFIT = 'Fargate compatible task definitions do not support';

describe('a registration is refused', () => {
  it.each<[string, Members]>([
    ['Family should not be null or empty.', { ...base, family: '' }],
    ['Family contains invalid characters.', { ...base, family: 'a b' }],
    ['Container list cannot be empty.', { ...base, containerDefinitions: [] }],
    [
      'Too many container definitions.',
      containers(...Array.from({ length: 11 }, (_, n) => ({ ...web, name: `c${n}` }))),
    ],
    ['Container.name should not be null or empty.', containers({ image: 'web', memory: 64 })],
    ['Container.name contains invalid characters.', one({ name: 'a b' })],
    ['Container.image should not be null or empty.', containers({ name: 'web', memory: 64 })],
    ['Container.image contains invalid characters.', one({ image: 'no image' })],
    ['Container names must be unique within a task definition', containers(web, web)],
    ["Task definition doesn't have any essential container", one({ essential: false })],
    [
      "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
      one({ memory: undefined }),
    ],
    ["Invalid 'memory' setting for container 'web'.", one({ memory: 5 })],
    [
      "Invalid setting for container 'web'. 'memory' must be greater than or equal to 'memoryReservation'.",
      one({ memoryReservation: 129 }),
    ],
    ["The 'memory' setting for container 'web' is greater than for the task", { ...base, memory: '64' }],
    [
      "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
      { ...one({ cpu: 300 }), cpu: '256' },
    ],
    ["Invalid 'cpu' setting for task.", { ...base, cpu: 'much' }],
    ["Invalid 'cpu' setting for task.", { ...base, cpu: '127' }],
    ["Invalid 'memory' setting for task.", { ...base, memory: '1 TB' }],
    ['Fargate only supports network mode ‘awsvpc’.', { ...fargate, networkMode: 'bridge' }],
    ['Fargate only supports network mode ‘awsvpc’.', { ...fargate, networkMode: undefined }],
    ["Fargate requires that 'cpu' be defined at the task level.", { ...fargate, cpu: undefined }],
    ["Fargate requires that 'memory' be defined at the task level.", { ...fargate, memory: undefined }],
    [
      'No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation for the valid values.',
      { ...fargate, memory: '4096' },
    ],
    ["Invalid 'containerPort' setting for container 'web'.", one({ portMappings: [{}] })],
    ["Invalid 'containerPort' setting for container 'web'.", one({ portMappings: [{ containerPort: 65_536 }] })],
    [`When networkMode=awsvpc, ${MATCH}`, onVpc({ portMappings: [{ containerPort: 80, hostPort: 81 }] })],
    [
      `When networkMode=host, ${MATCH}`,
      { ...one({ portMappings: [{ containerPort: 80, hostPort: 81 }] }), networkMode: 'host' },
    ],
    [
      'When networkMode=none, port mappings are not supported.',
      { ...one({ portMappings: [{ containerPort: 80 }] }), networkMode: 'none' },
    ],
    [
      "Container 'web' has duplicate port mappings",
      one({ portMappings: [{ containerPort: 80 }, { containerPort: 80 }] }),
    ],
    [
      "Container 'web' has duplicate port mappings",
      one({ portMappings: [{ containerPort: 53 }, { containerPort: 53, protocol: 'udp' }] }),
    ],
    [
      'When networkMode=awsvpc, port mapping name is already used',
      onVpc({
        portMappings: [
          { containerPort: 80, name: 'a' },
          { containerPort: 81, name: 'a' },
        ],
      }),
    ],
    ['PortMapping.name contains invalid characters.', onVpc({ portMappings: [{ containerPort: 80, name: '-A' }] })],
    [
      "Invalid 'containerPortRange' setting for container 'web'.",
      one({ portMappings: [{ containerPortRange: '90-80' }] }),
    ],
    [
      "Invalid 'containerPortRange' setting for container 'web'.",
      one({ portMappings: [{ containerPortRange: '1-101' }] }),
    ],
    ['hostname is not supported on container when networkMode=awsvpc.', onVpc({ hostname: 'web' })],
    ['Links are not supported when networkMode=awsvpc.', onVpc({ links: ['web'] })],
    [
      'Extra hosts are not supported when networkMode=awsvpc.',
      onVpc({ extraHosts: [{ hostname: 'db', ipAddress: '10.0.0.1' }] }),
    ],
    [
      'Fargate requires that the ‘privileged’ setting be ‘false’ at the container level.',
      onFargate({ privileged: true }),
    ],
    [
      'Fargate compatible task definitions do not support sourcePath',
      { ...fargate, volumes: [{ name: 'data', host: { sourcePath: '/data' } }] },
    ],
    [
      `${UNFIT} dockerVolumeConfiguration`,
      { ...fargate, volumes: [{ name: 'data', dockerVolumeConfiguration: { scope: 'task' } }] },
    ],
    [`${UNFIT} devices`, linux({ devices: [{ hostPath: '/dev/fuse' }] })],
    [`${UNFIT} sharedMemorySize`, linux({ sharedMemorySize: 64 })],
    [`${UNFIT} maxSwap`, linux({ maxSwap: 64 })],
    [`${UNFIT} adding capabilities other than SYS_PTRACE`, linux({ capabilities: { add: ['NET_ADMIN'] } })],
    [`${UNFIT} dockerSecurityOptions`, onFargate({ dockerSecurityOptions: ['no-new-privileges'] })],
    [`${UNFIT} disableNetworking`, onFargate({ disableNetworking: true })],
    [`${UNFIT} dnsServers`, onFargate({ dnsServers: ['10.0.0.2'] })],
    [`${UNFIT} GPU`, onFargate({ resourceRequirements: [{ type: 'GPU', value: '1' }] })],
    [`${UNFIT} ipcMode`, { ...fargate, ipcMode: 'task' }],
    [`${UNFIT} pidMode host`, { ...fargate, pidMode: 'host' }],
    [`${UNFIT} placementConstraints`, { ...fargate, placementConstraints: [{ type: 'memberOf', expression: 'a' }] }],
    ["Unknown volume 'data'.", one({ mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }] })],
    [
      'Volume names must be unique within a task definition',
      { ...base, volumes: [{ name: 'data' }, { name: 'data' }] },
    ],
    [
      "'autoprovision' can only be specified when the volume's 'scope' is 'shared'.",
      { ...base, volumes: [{ name: 'data', dockerVolumeConfiguration: { scope: 'task', autoprovision: true } }] },
    ],
    [
      "Cannot depend on container + 'db' because it does not exist",
      one({ dependsOn: [{ containerName: 'db', condition: 'START' }] }),
    ],
    [
      'A dependency container with SUCCESS or COMPLETE condition cannot be an essential container',
      waitFor('SUCCESS', { ...job, essential: true }),
    ],
    ['A dependency container with HEALTHY condition must have health check configured', waitFor('HEALTHY', job)],
    ['Container dependsOn contains a cycle', one({ dependsOn: [{ containerName: 'web', condition: 'START' }] })],
    [
      'Container dependsOn contains a cycle',
      waitFor('COMPLETE', { ...job, dependsOn: [{ containerName: 'web', condition: 'START' }] }),
    ],
    [
      "Container 'web' refers to container 'gone' which does not exist.",
      one({ volumesFrom: [{ sourceContainer: 'gone' }] }),
    ],
    ['Health check command must start with CMD or CMD-SHELL', check({ command: ['true'] })],
    [
      "Health check interval must be less than or equal to the maximum allowed value 300 for container 'web'",
      check({ interval: 301 }),
    ],
    [
      "Health check timeout must be less than or equal to the maximum allowed value 60 for container 'web'",
      check({ timeout: 61 }),
    ],
    [
      "Health check retries must be less than or equal to the maximum allowed value 10 for container 'web'",
      check({ retries: 11 }),
    ],
    [
      "Health check startPeriod must be less than or equal to the maximum allowed value 300 for container 'web'",
      check({ startPeriod: 301 }),
    ],
    [
      "Health check interval must be greater than or equal to the minimum allowed value 5 for container 'web'",
      check({ interval: 4 }),
    ],
    [
      'Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.',
      onFargate({ stopTimeout: 121 }),
    ],
    [
      "startTimeout must be greater than or equal to the minimum allowed value 2 for container 'web'",
      one({ startTimeout: 1 }),
    ],
    [
      "Restart policy restartAttemptPeriod must be greater than or equal to the minimum allowed value 60 for container 'web'",
      one({ restartPolicy: { enabled: true, restartAttemptPeriod: 59 } }),
    ],
    ['EphemeralStorage size should be at least 21', { ...fargate, ephemeralStorage: { sizeInGiB: 20 } }],
    ['EphemeralStorage size should be at most 200', { ...fargate, ephemeralStorage: { sizeInGiB: 201 } }],
    [
      'The maximum number of environment files was exceeded. Specify ten or less and try again.',
      one({ environmentFiles: Array.from({ length: 11 }, () => ({ type: 's3', value: 'arn:aws:s3:::b/a.env' })) }),
    ],
    [
      "Invalid environment file 'arn:aws:s3:::b/a.txt'. Specify the ARN of an Amazon S3 object whose name ends in .env.",
      one({ environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::b/a.txt' }] }),
    ],
    [
      'Fargate requires task definition to have execution role ARN to support ECR images.',
      onFargate({ image: '111122223333.dkr.ecr.us-east-1.amazonaws.com/web:1' }),
    ],
    [
      "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
      one({ secrets: [{ name: 'KEY', valueFrom: '/key' }] }),
    ],
    [
      "Invalid 'valueFrom' setting for secret 'KEY'.",
      {
        ...one({
          secrets: [{ name: 'KEY', valueFrom: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db:key' }],
        }),
        executionRoleArn: role,
      },
    ],
    [
      "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'KEY'.",
      {
        ...one({ environment: [{ name: 'KEY', value: '1' }], secrets: [{ name: 'KEY', valueFrom: '/key' }] }),
        executionRoleArn: role,
      },
    ],
    [
      'json-file is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]',
      onFargate({ logConfiguration: { logDriver: 'json-file' } }),
    ],
    [
      'Log driver awslogs requires options: awslogs-region, awslogs-group',
      one({ logConfiguration: { logDriver: 'awslogs' } }),
    ],
    ['Role is not valid', { ...base, taskRoleArn: 'arn:aws:iam::1:user/me' }],
    ["Invalid 'swappiness' setting for container 'web'.", one({ linuxParameters: { swappiness: 101 } })],
    ["The proxy container 'envoy' does not exist.", { ...base, proxyConfiguration: { containerName: 'envoy' } }],
  ])('%s', async (message, input) => {
    await expect(register(input)).rejects.toMatchObject({ name: 'ClientException', message });
  });

  it('for a parameter of another account, naming both', async () => {
    const valueFrom = 'arn:aws:ssm:us-east-1:999988887777:parameter/key';

    await expect(
      register({ ...one({ secrets: [{ name: 'KEY', valueFrom }] }), executionRoleArn: role }),
    ).rejects.toThrow(
      `The Systems Manager parameter ARN has a different account ID than the current account. The current account ID is ${teal.account} and the ARN account ID is 999988887777. Cross-account access for ARNs is not currently supported.`,
    );
  });

  it('for its size', async () => {
    await expect(register(one({ environment: [{ name: 'A', value: 'x'.repeat(70_000) }] }))).rejects.toThrow(
      /^Actual length: '\d+'\. Max allowed length is '65536' bytes\.$/,
    );
  });

  it.each<[string, Members]>([
    ['networkMode should be one of [bridge,host,awsvpc,none]', { ...base, networkMode: 'vpc' }],
    ['pidMode should be one of [host,task]', { ...base, pidMode: 'mine' }],
  ])('%s', async (message, input) => {
    await expect(register(input)).rejects.toMatchObject({ name: 'InvalidParameterException', message });
  });
});

it('gives back every member as it was registered, with what AWS fills in', async () => {
  const whole = {
    ...fargate,
    family: 'whole',
    taskRoleArn: role,
    executionRoleArn: role,
    pidMode: 'task',
    ephemeralStorage: { sizeInGiB: 30 },
    runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
    volumes: [{ name: 'data' }],
    containerDefinitions: [
      {
        ...web,
        command: ['serve'],
        entryPoint: ['/bin/app'],
        workingDirectory: '/srv',
        user: '1000:1000',
        stopTimeout: 10,
        startTimeout: 20,
        healthCheck: { command: ['CMD-SHELL', 'true'] },
        ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: 2 }],
        linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
        mountPoints: [{ sourceVolume: 'data', containerPath: '/data', readOnly: true }],
        portMappings: [{ containerPort: 80, name: 'http', appProtocol: 'http' }],
        secrets: [{ name: 'KEY', valueFrom: 'key' }],
        restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 60 },
        dockerLabels: { a: 'b' },
        systemControls: [{ namespace: 'net.core.somaxconn', value: '100' }],
      },
    ],
  };

  await register(whole);
  const { taskDefinition } = await teal.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'whole' }));

  expect(taskDefinition).toMatchObject({
    ...whole,
    containerDefinitions: [
      {
        ...whole.containerDefinitions[0],
        cpu: 0,
        essential: true,
        environment: [],
        volumesFrom: [],
        portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp', name: 'http', appProtocol: 'http' }],
        healthCheck: { command: ['CMD-SHELL', 'true'], interval: 30, timeout: 5, retries: 3 },
      },
    ],
    status: 'ACTIVE',
    revision: 1,
    registeredBy: `arn:aws:iam::${teal.account}:root`,
    compatibilities: ['EC2', 'FARGATE', 'MANAGED_INSTANCES'],
  });
  expect(taskDefinition?.requiresAttributes?.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'ecs.capability.task-eni',
      'ecs.capability.container-ordering',
      'ecs.capability.container-health-check',
      'ecs.capability.secrets.ssm.environment-variables',
      'com.amazonaws.ecs.capability.task-iam-role',
    ]),
  );
});

it.each<[string, Members]>([
  ['a log driver', { logConfiguration: { logDriver: 'json-file' } }],
  ['a stop timeout', { stopTimeout: 300 }],
  ['an image of ECR without an execution role', { image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1' }],
])('finds a definition unfit for Fargate that did not ask for it, for %s', async (_, members) => {
  const sized = { ...onVpc(members), cpu: '256', memory: '512' };
  const { taskDefinition } = await register(sized);

  expect(taskDefinition?.compatibilities).toEqual(['EC2', 'MANAGED_INSTANCES']);
  await expect(register({ ...sized, requiresCompatibilities: ['FARGATE'] })).rejects.toMatchObject({
    name: 'ClientException',
  });
});

it('leaves out what was not given', async () => {
  const { taskDefinition, tags } = await register({ ...base, family: 'bare' });

  expect(taskDefinition).not.toHaveProperty('networkMode');
  expect(taskDefinition).not.toHaveProperty('cpu');
  expect(taskDefinition).toMatchObject({ volumes: [], placementConstraints: [], compatibilities: ['EXTERNAL', 'EC2'] });
  expect(tags).toBeUndefined();
});

it('shows tags to those who ask for them', async () => {
  const tags = [{ key: 'team', value: 'shop' }];
  const made = await register({ ...base, family: 'tagged', tags });
  const describe = async (include: 'TAGS'[]) =>
    (await teal.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'tagged', include }))).tags;

  expect(made.tags).toEqual(tags);
  expect(await describe(['TAGS'])).toEqual(tags);
  expect(await describe([])).toBeUndefined();
});

const arnOf = async (family: string): Promise<string> =>
  (await register({ ...base, family })).taskDefinition?.taskDefinitionArn ?? '';
const status = async (taskDefinition: string) =>
  (await teal.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition?.status;
const deregister = (taskDefinition: string) => teal.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
const remove = (...taskDefinitions: string[]) => teal.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions }));

it('numbers revisions up, never giving one twice', async () => {
  const first = await arnOf('counted');
  const second = await arnOf('counted');
  for (const arn of [first, second]) await deregister(arn);
  await remove(first, second);

  expect([first, second, await arnOf('counted')].map((arn) => arn.split('/')[1])).toEqual([
    'counted:1',
    'counted:2',
    'counted:3',
  ]);
});

it('lets a deregistered revision be described, and not be run', async () => {
  await arnOf('retired');
  await expect(deregister('retired')).rejects.toMatchObject({
    name: 'ClientException',
    message: 'Revision is missing.',
  });
  const first = (await deregister('retired:1')).taskDefinition;
  const again = (await deregister('retired:1')).taskDefinition;

  expect(first).toMatchObject({ status: 'INACTIVE' });
  expect(first?.deregisteredAt).toBeUndefined();
  expect(again?.deregisteredAt).toBeInstanceOf(Date);
  expect(await status('retired:1')).toBe('INACTIVE');
  await expect(status('retired')).rejects.toThrow('Unable to describe task definition.');
  await expect(teal.ecs.send(new RunTaskCommand({ taskDefinition: 'retired:1' }))).rejects.toMatchObject({
    name: 'ClientException',
    message: 'TaskDefinition is inactive',
  });
  await expect(deregister('retired:9')).rejects.toThrow('The specified task definition does not exist.');
});

it('deletes inactive revisions only, and keeps one that a task still uses', async () => {
  const script = 'setInterval(() => undefined, 1000)';
  const command = [process.execPath, '-e', script];
  await register({ family: 'used', containerDefinitions: [{ ...web, command }] });
  await arnOf('unused');
  await teal.ecs.send(new RunTaskCommand({ taskDefinition: 'used' }));

  expect((await remove('unused:1')).failures).toEqual([
    {
      arn: expect.stringMatching(/unused:1$/) as string,
      reason: 'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
    },
  ]);
  for (const name of ['used:1', 'unused:1']) await deregister(name);
  expect((await remove('used:1', 'unused:1')).taskDefinitions?.map((one) => one.status)).toEqual([
    'DELETE_IN_PROGRESS',
    'DELETE_IN_PROGRESS',
  ]);
  expect(await status('used:1')).toBe('DELETE_IN_PROGRESS');
  await expect(status('unused:1')).rejects.toThrow('Unable to describe task definition.');
  await expect(remove(...Array.from({ length: 11 }, (_, n) => `many:${n}`))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});

it('lists by family, status and order, in pages', async () => {
  for (const family of ['list-b', 'list-a', 'list-a']) await arnOf(family);
  await deregister('list-a:1');
  const list = async (members: object) =>
    (await teal.ecs.send(new ListTaskDefinitionsCommand(members))).taskDefinitionArns?.map((arn) => arn.split('/')[1]);
  const families = async (members: object) =>
    (await teal.ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix: 'list-', ...members }))).families;

  expect(await list({ familyPrefix: 'list-a' })).toEqual(['list-a:2']);
  expect(await list({ familyPrefix: 'list-a', status: 'INACTIVE' })).toEqual(['list-a:1']);
  expect(await list({ familyPrefix: 'list-' })).toEqual([]);
  expect((await list({ sort: 'DESC' }))?.filter((name) => name?.startsWith('list-'))).toEqual(['list-b:1', 'list-a:2']);
  expect(await families({})).toEqual(['list-a', 'list-b']);
  const page = await teal.ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix: 'list-', maxResults: 1 }));
  expect(page.families).toEqual(['list-a']);
  expect(await families({ nextToken: page.nextToken })).toEqual(['list-b']);
});

it.each(['ASC', 'DESC'] as const)(
  'lists every revision once when each page is deregistered before the next is asked for (%s)',
  async (sort) => {
    const family = `swept-${sort}`;
    const made: string[] = [];
    for (let count = 0; count < 11; count += 1) made.push(await arnOf(family));
    const seen: string[] = [];
    const pages = paginateListTaskDefinitions({ client: teal.ecs, pageSize: 2 }, { familyPrefix: family, sort });
    for await (const { taskDefinitionArns = [] } of pages) {
      for (const arn of taskDefinitionArns) await deregister(arn);
      seen.push(...taskDefinitionArns);
    }

    expect(seen).toEqual(sort === 'DESC' ? made.reverse() : made);
  },
);
