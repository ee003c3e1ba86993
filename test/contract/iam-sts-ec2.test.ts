import {
  DescribeAvailabilityZonesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'codedeploy.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const MANAGED = 'arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS';
const create = (RoleName: string, document = TRUST) =>
  teal.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document, Path: '/team/' }));

it('says who the caller is', async () => {
  expect(await teal.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: teal.account,
    UserId: teal.account,
    Arn: `arn:aws:iam::${teal.account}:root`,
  });
});

it('creates, shows, lists and deletes a role', async () => {
  const created = await create('deployer');
  const shown = await teal.iam.send(new GetRoleCommand({ RoleName: 'deployer' }));
  const listed = await teal.iam.send(new ListRolesCommand({ PathPrefix: '/team/' }));
  await teal.iam.send(new DeleteRoleCommand({ RoleName: 'deployer' }));

  expect(created.Role).toMatchObject({ Arn: `arn:aws:iam::${teal.account}:role/team/deployer`, Path: '/team/' });
  expect(created.Role?.MaxSessionDuration).toBeUndefined();
  expect(shown.Role).toMatchObject({ RoleName: 'deployer', MaxSessionDuration: 3600 });
  expect(decodeURIComponent(shown.Role?.AssumeRolePolicyDocument ?? '')).toBe(TRUST);
  expect(listed.Roles?.map((role) => role.RoleName)).toEqual(['deployer']);
  await expect(teal.iam.send(new GetRoleCommand({ RoleName: 'deployer' }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: 'The role with name deployer cannot be found.',
    $metadata: { httpStatusCode: 404 },
  });
});

it('refuses a role that exists and policies that are none', async () => {
  await create('twice');

  await expect(create('twice')).rejects.toMatchObject({
    name: 'EntityAlreadyExistsException',
    message: 'Role with name twice already exists.',
  });
  await expect(create('bad', 'no json')).rejects.toMatchObject({
    name: 'MalformedPolicyDocumentException',
    message: 'This policy contains invalid Json',
  });
});

it('keeps the policies of a role, and the role while it has some', async () => {
  const RoleName = 'holder';
  const inline = { RoleName, PolicyName: 'own' };
  await create(RoleName);
  await teal.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: MANAGED }));
  await teal.iam.send(new PutRolePolicyCommand({ ...inline, PolicyDocument: '{"Statement":{"Effect":"Allow"}}' }));

  const attached = await teal.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const own = await teal.iam.send(new GetRolePolicyCommand(inline));
  const tooEarly = teal.iam.send(new DeleteRoleCommand({ RoleName }));

  expect(attached.AttachedPolicies).toEqual([{ PolicyName: 'AWSCodeDeployRoleForECS', PolicyArn: MANAGED }]);
  expect(own.PolicyDocument).toBe('%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%7D%7D');
  await expect(tooEarly).rejects.toThrow('Cannot delete entity, must detach all policies first.');
  await teal.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: MANAGED }));
  await expect(teal.iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toThrow('must delete policies first.');
  await teal.iam.send(new DeleteRolePolicyCommand(inline));
  await teal.iam.send(new DeleteRoleCommand({ RoleName }));
});

it('refuses to attach what is no policy', async () => {
  const RoleName = 'picky';
  await create(RoleName);
  const attach = (PolicyArn: string) => teal.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));

  await expect(attach('not an arn but long enough')).rejects.toThrow('Invalid ARN:  Could not be parsed!');
  const absent = `arn:aws:iam::${teal.account}:policy/absent`;
  await expect(attach(absent)).rejects.toThrow(`Policy ${absent} does not exist or is not attachable.`);
});

it('keeps tags of a role whatever the case of their keys', async () => {
  const RoleName = 'tagged';
  await create(RoleName);
  await teal.iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'team', Value: 'a' }] }));
  await teal.iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'Team', Value: 'b' }] }));

  const { Tags } = await teal.iam.send(new ListRoleTagsCommand({ RoleName }));

  expect(Tags).toEqual([{ Key: 'Team', Value: 'b' }]);
});

it('has a default network with ids that stay', async () => {
  const vpcs = await teal.ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'isDefault', Values: ['true'] }] }));
  const VpcId = vpcs.Vpcs?.[0]?.VpcId ?? '';
  const filter = [{ Name: 'vpc-id', Values: [VpcId] }];
  const subnets = await teal.ec2.send(new DescribeSubnetsCommand({ Filters: filter }));
  const groups = await teal.ec2.send(new DescribeSecurityGroupsCommand({ Filters: filter }));
  const zones = await teal.ec2.send(new DescribeAvailabilityZonesCommand({}));
  const again = await teal.ec2.send(new DescribeVpcsCommand({ VpcIds: [VpcId] }));

  expect(VpcId).toMatch(/^vpc-[0-9a-f]{17}$/);
  expect(subnets.Subnets?.map((subnet) => subnet.CidrBlock)).toEqual([
    '172.31.0.0/20',
    '172.31.16.0/20',
    '172.31.32.0/20',
  ]);
  expect(groups.SecurityGroups).toMatchObject([{ GroupName: 'default', VpcId }]);
  expect(zones.AvailabilityZones?.map((zone) => zone.ZoneId)).toEqual(['use1-az1', 'use1-az2', 'use1-az3']);
  expect(again.Vpcs).toHaveLength(1);
});

it.each([
  [new DescribeVpcsCommand({ VpcIds: ['vpc-0'] }), 'InvalidVpcID.NotFound', "The vpc ID 'vpc-0' does not exist"],
  [new DescribeSubnetsCommand({ SubnetIds: ['x'] }), 'InvalidSubnetID.NotFound', "The subnet ID 'x' does not exist"],
  [
    new DescribeSecurityGroupsCommand({ GroupIds: ['sg-0'] }),
    'InvalidGroup.NotFound',
    "The security group 'sg-0' does not exist",
  ],
  [
    new DescribeVpcsCommand({ Filters: [{ Name: 'nonsense', Values: ['1'] }] }),
    'InvalidParameterValue',
    "The filter 'nonsense' is invalid",
  ],
])('refuses what is not there: %#', async (command, name, message) => {
  await expect(teal.ec2.send(command)).rejects.toMatchObject({ name, message });
});
