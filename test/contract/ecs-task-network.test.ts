import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import {
  CreateServiceCommand,
  CreateTaskSetCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  ListContainerInstancesCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  UpdateServiceCommand,
  type AwsVpcConfiguration,
  type RunTaskCommandInput,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const UNKNOWN = 'subnet-0123456789abcdef0';
const NO_GROUP = 'sg-0123456789abcdef0';

let teal: TestTeal;
/** Of each subnet, its zone. */
let zones: ReadonlyMap<string, string>;
beforeAll(async () => {
  teal = await startTestTeal();
  const { Subnets = [] } = await teal.ec2.send(new DescribeSubnetsCommand({}));
  zones = new Map(Subnets.map(({ SubnetId, AvailabilityZone }) => [SubnetId ?? '', AvailabilityZone ?? '']));
  await teal.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      networkMode: 'awsvpc',
      containerDefinitions: [{ name: 'web', image: 'web', memory: 64, command: ['/bin/sleep', '100000'] }],
    }),
  );
  const service = { desiredCount: 0, networkConfiguration: inSubnets({ subnets: [...zones.keys()] }) };
  await teal.ecs.send(new CreateServiceCommand({ serviceName: 'own', taskDefinition: 'web', ...service }));
  await teal.ecs.send(
    new CreateServiceCommand({ serviceName: 'sets', desiredCount: 0, deploymentController: { type: 'EXTERNAL' } }),
  );
});
afterAll(() => teal.close());

const inSubnets = (awsvpcConfiguration: AwsVpcConfiguration) => ({ awsvpcConfiguration });

describe.each<[string, (network: ReturnType<typeof inSubnets>) => Promise<unknown>]>([
  [
    'CreateService',
    (networkConfiguration) =>
      teal.ecs.send(new CreateServiceCommand({ serviceName: 'lost', taskDefinition: 'web', networkConfiguration })),
  ],
  [
    'UpdateService',
    (networkConfiguration) => teal.ecs.send(new UpdateServiceCommand({ service: 'own', networkConfiguration })),
  ],
  [
    'CreateTaskSet',
    (networkConfiguration) =>
      teal.ecs.send(
        new CreateTaskSetCommand({ cluster: 'default', service: 'sets', taskDefinition: 'web', networkConfiguration }),
      ),
  ],
  [
    'RunTask',
    (networkConfiguration) => teal.ecs.send(new RunTaskCommand({ taskDefinition: 'web', networkConfiguration })),
  ],
])('%s', (_name, ask) => {
  it('refuses a subnet that is not there', async () => {
    const subnets = [...zones.keys()].slice(0, 1).concat(UNKNOWN);
    await expect(ask(inSubnets({ subnets }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `Error retrieving subnet information for [${subnets.join(', ')}]: The subnet ID '${UNKNOWN}' does not exist (ErrorCode: InvalidSubnetID.NotFound).`,
    });
  });

  it('refuses a security group that is not there', async () => {
    const asked = ask(inSubnets({ subnets: [...zones.keys()], securityGroups: [NO_GROUP] }));
    await expect(asked).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `Error retrieving security group information for [${NO_GROUP}]: The security group '${NO_GROUP}' does not exist (ErrorCode: InvalidGroup.NotFound).`,
    });
  });
});

it('has made and changed nothing of what was refused', async () => {
  const { services = [], failures } = await teal.ecs.send(
    new DescribeServicesCommand({ services: ['own', 'sets', 'lost'] }),
  );
  const own = services.find(({ serviceName }) => serviceName === 'own');
  expect(own?.networkConfiguration?.awsvpcConfiguration?.subnets).toEqual([...zones.keys()]);
  expect(services.find(({ serviceName }) => serviceName === 'sets')?.taskSets).toEqual([]);
  expect(failures).toMatchObject([{ reason: 'MISSING' }]);
});

async function placesOf(members: Partial<RunTaskCommandInput>) {
  const { tasks = [] } = await teal.ecs.send(new RunTaskCommand({ taskDefinition: 'web', ...members }));
  return tasks.map(({ attachments = [], availabilityZone }) => {
    const subnet = attachments[0]?.details?.find(({ name }) => name === 'subnetId')?.value ?? '';
    return { subnet, availabilityZone };
  });
}

it('shows the one subnet that a task is in, and the zone of that', async () => {
  const networkConfiguration = inSubnets({ subnets: [...zones.keys()].slice(1) });

  const places = await placesOf({ count: 10, networkConfiguration });

  expect(places).toHaveLength(10);
  for (const { subnet, availabilityZone } of places) {
    expect(networkConfiguration.awsvpcConfiguration.subnets).toContain(subnet);
    expect(availabilityZone).toBe(zones.get(subnet));
  }
});

it('places a task of launch type EC2 in the zone of its container instance', async () => {
  const { containerInstanceArns = [] } = await teal.ecs.send(new ListContainerInstancesCommand({}));
  const { containerInstances = [] } = await teal.ecs.send(
    new DescribeContainerInstancesCommand({ containerInstances: containerInstanceArns }),
  );
  const attribute = containerInstances[0]?.attributes?.find(({ name }) => name === 'ecs.availability-zone');

  const places = await placesOf({ count: 10, networkConfiguration: inSubnets({ subnets: [...zones.keys()] }) });

  expect(new Set(places.map(({ availabilityZone }) => availabilityZone))).toEqual(new Set([attribute?.value]));
});
