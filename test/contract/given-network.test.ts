import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { CreateLoadBalancerCommand, CreateTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const VPC = 'vpc-0123456789abcdef0';
const SUBNETS = ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb'] as const;
const GROUP = 'sg-0cccccccccccccccc';

let folder: string;
let teal: TestTeal;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-network-'));
  const write = async (name: string, content: object) => {
    await writeFile(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  const subnets = SUBNETS.map((SubnetId, index) => ({
    ...{ SubnetId, VpcId: VPC, AvailabilityZone: `us-east-1${'bc'[index]}`, CidrBlock: `10.0.${index}.0/24` },
    Tags: [{ Key: 'Tier', Value: index === 0 ? 'private' : 'public' }],
  }));
  const group = { GroupId: GROUP, GroupName: 'web', Description: 'of the web', VpcId: VPC };
  teal = await startTestTeal({
    network: [
      await write('subnets.json', { Subnets: subnets }),
      await write('rest.json', { SecurityGroups: [group], Vpcs: [{ VpcId: VPC, CidrBlock: '10.0.0.0/16' }] }),
    ],
  });
});
afterAll(async () => {
  await teal.close();
  await rm(folder, { recursive: true, force: true });
});

it('describes networks that it was given beside the default one', async () => {
  const byTag = [{ Name: 'tag:Tier', Values: ['private'] }];
  expect((await teal.ec2.send(new DescribeSubnetsCommand({ Filters: byTag }))).Subnets).toMatchObject([
    { SubnetId: SUBNETS[0], OwnerId: teal.account, DefaultForAz: false },
  ]);
  expect((await teal.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SUBNETS[1]] }))).Subnets).toHaveLength(1);
  expect((await teal.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GROUP] }))).SecurityGroups).toMatchObject([
    { GroupName: 'web', VpcId: VPC },
  ]);
  const defaults = [{ Name: 'is-default', Values: ['true'] }];
  const { Vpcs = [] } = await teal.ec2.send(new DescribeVpcsCommand({}));
  expect(Vpcs.map(({ VpcId }) => VpcId)).toContain(VPC);
  expect((await teal.ec2.send(new DescribeVpcsCommand({ Filters: defaults }))).Vpcs).toHaveLength(1);
});

it('runs tasks and load balancers in them', async () => {
  const { ecs, elbv2 } = teal;
  await ecs.send(new CreateClusterCommand({}));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family: 'job', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' },
      containerDefinitions: [{ name: 'app', image: 'app', command: ['/bin/sleep', '1000'] }],
    }),
  );
  const awsvpcConfiguration = { subnets: [SUBNETS[1]], securityGroups: [GROUP] };
  const { tasks } = await ecs.send(
    new RunTaskCommand({ taskDefinition: 'job', launchType: 'FARGATE', networkConfiguration: { awsvpcConfiguration } }),
  );
  const seen = await ecs.send(new DescribeTasksCommand({ tasks: [tasks?.[0]?.taskArn ?? ''] }));
  expect(seen.tasks).toMatchObject([{ availabilityZone: 'us-east-1c' }]);

  const { LoadBalancers } = await elbv2.send(
    new CreateLoadBalancerCommand({ Name: 'web', Subnets: [...SUBNETS], SecurityGroups: [GROUP] }),
  );
  expect(LoadBalancers).toMatchObject([{ VpcId: VPC, SecurityGroups: [GROUP] }]);
  const group = { Name: 'web', VpcId: VPC, Protocol: 'HTTP', Port: 80, TargetType: 'ip' } as const;
  expect((await elbv2.send(new CreateTargetGroupCommand(group))).TargetGroups).toMatchObject([{ VpcId: VPC }]);
});
