import { afterEach, beforeEach, expect, it } from 'vitest';
import { createApp, createGroup } from './fake-inputs.ts';
import { type World, fakeWorld } from './fake-world.ts';

let world: World;
beforeEach(async () => {
  world = await fakeWorld();
});
afterEach(() => world.close());

const APP_ARN = 'arn:aws:codedeploy:eu-west-1:123456789012:application:app';
const GROUP_ARN = 'arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:app/dg';

it.each<[string, object, string, string]>([
  ['CreateApplication', {}, 'ApplicationNameRequired', ''],
  ['CreateApplication', { applicationName: 'ä' }, 'InvalidApplicationName', ''],
  ['CreateApplication', { applicationName: 'app' }, 'ApplicationAlreadyExists', ''],
  [
    'CreateApplication',
    { applicationName: 'x', computePlatform: 'Moon' },
    'InvalidComputePlatform',
    "ComputePlatform 'Moon' is not valid. Valid values are [Server, Lambda, ECS]",
  ],
  ['GetApplication', { applicationName: 'x' }, 'ApplicationDoesNotExist', 'No application found for name: x'],
  ['BatchGetApplications', { applicationNames: ['app', 'x'] }, 'ApplicationDoesNotExist', ''],
  ['BatchGetApplications', { applicationNames: [] }, 'ApplicationNameRequired', ''],
  ['BatchGetApplications', { applicationNames: Array(101).fill('app') }, 'BatchLimitExceeded', '100'],
  ['UpdateApplication', { applicationName: 'x', newApplicationName: 'y' }, 'ApplicationDoesNotExist', ''],
  ['UpdateApplication', { applicationName: 'app' }, 'ApplicationNameRequired', ''],
  ['UpdateApplication', { applicationName: 'app', newApplicationName: 'taken' }, 'ApplicationAlreadyExists', ''],
  ['ListApplications', { nextToken: 'mine' }, 'InvalidNextToken', ''],
  ['GetDeploymentConfig', {}, 'DeploymentConfigNameRequired', ''],
  ['GetDeploymentConfig', { deploymentConfigName: 'x' }, 'DeploymentConfigDoesNotExist', ''],
  [
    'CreateDeploymentConfig',
    { deploymentConfigName: 'CodeDeployDefault.x' },
    'InvalidDeploymentConfigName',
    'The prefix CodeDeployDefault. is reserved for predefined configuration names',
  ],
  [
    'CreateDeploymentConfig',
    { deploymentConfigName: 'x', computePlatform: 'ECS' },
    'InvalidTrafficRoutingConfiguration',
    'Traffic routing configuration cannot be null nor empty for deployment configurations on this platform.',
  ],
  [
    'CreateDeploymentConfig',
    { deploymentConfigName: 'x', trafficRoutingConfig: { type: 'AllAtOnce' } },
    'InvalidTrafficRoutingConfiguration',
    'Traffic routing configuration should be null for Server deployment configuration',
  ],
  [
    'CreateDeploymentConfig',
    { deploymentConfigName: 'x', computePlatform: 'ECS', minimumHealthyHosts: { type: 'HOST_COUNT', value: 1 } },
    'InvalidMinimumHealthyHostValue',
    'minimum healthy hosts should be null for ECS deployment configuration',
  ],
  [
    'CreateDeploymentConfig',
    { deploymentConfigName: 'x', computePlatform: 'ECS', zonalConfig: {} },
    'InvalidZonalDeploymentConfiguration',
    'Zonal deployments are only supported with EC2 deployments.',
  ],
  ['DeleteDeploymentConfig', { deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' }, 'InvalidOperation', ''],
  ['TagResource', { Tags: [] }, 'ResourceArnRequired', ''],
  ['TagResource', { ResourceArn: 'x', Tags: [] }, 'InvalidArn', ''],
  ['TagResource', { ResourceArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/c' }, 'ArnNotSupported', ''],
  ['TagResource', { ResourceArn: APP_ARN, Tags: [] }, 'TagRequired', ''],
  ['TagResource', { ResourceArn: `${APP_ARN}x`, Tags: [{ Key: 'a' }] }, 'ApplicationDoesNotExist', ''],
  ['TagResource', { ResourceArn: `${GROUP_ARN}x`, Tags: [{ Key: 'a' }] }, 'DeploymentGroupDoesNotExist', ''],
  ['UntagResource', { ResourceArn: APP_ARN }, 'TagRequired', ''],
  ['ListApplicationRevisions', { applicationName: 'app', s3KeyPrefix: 'x' }, 'BucketNameFilterRequired', ''],
  ['ListApplicationRevisions', { applicationName: 'app', sortBy: 'x' }, 'InvalidSortBy', ''],
  ['ListApplicationRevisions', { applicationName: 'app', sortOrder: 'x' }, 'InvalidSortOrder', ''],
  ['ListApplicationRevisions', { applicationName: 'app', deployed: 'x' }, 'InvalidDeployedStateFilter', ''],
  ['RegisterApplicationRevision', { applicationName: 'app' }, 'RevisionRequired', ''],
  ['GetOnPremisesInstance', { instanceName: 'x' }, 'InstanceNotRegistered', ''],
  ['RegisterOnPremisesInstance', { instanceName: 'x' }, 'OperationNotSupported', ''],
  ['DeleteGitHubAccountToken', { tokenName: 'x' }, 'GitHubAccountTokenDoesNotExist', ''],
])('%s refuses %j with %s', async (operation, input, error, words) => {
  await createGroup(world);
  await createApp(world, 'taken');

  const refusal: unknown = await world.call(operation, input).catch((e: unknown) => e);

  expect(refusal).toMatchObject({ name: `${error}Exception` });
  expect((refusal as Error).message).toContain(words);
});

it('creates, shows, renames and deletes an application', async () => {
  const { applicationId } = await createApp(world);
  const shown = {
    applicationId,
    applicationName: 'app',
    createTime: new Date(world.now),
    linkedToGitHub: false,
    computePlatform: 'ECS',
  };
  expect(await world.call('GetApplication', { applicationName: 'app' })).toEqual({ application: shown });

  await world.call('UpdateApplication', { applicationName: 'app', newApplicationName: 'new' });
  expect(await world.call('BatchGetApplications', { applicationNames: ['new'] })).toEqual({
    applicationsInfo: [{ ...shown, applicationName: 'new' }],
  });

  await world.call('DeleteApplication', { applicationName: 'new' });
  await world.call('DeleteApplication', { applicationName: 'new' });
  expect(await world.call('ListApplications')).toEqual({ applications: [], nextToken: undefined });
});

it('takes an application without a platform as one of servers, as AWS does', async () => {
  await world.call('CreateApplication', { applicationName: 'app' });

  expect(await world.call('GetApplication', { applicationName: 'app' })).toMatchObject({
    application: { computePlatform: 'Server' },
  });
});

it('lists applications by name in pages of a hundred, without a token on the last', async () => {
  for (let n = 0; n < 101; n++) await createApp(world, `app-${String(n).padStart(3, '0')}`);

  const first = await world.call('ListApplications');
  expect(first['applications']).toHaveLength(100);

  const last = await world.call('ListApplications', { nextToken: first['nextToken'] });
  expect(last).toEqual({ applications: ['app-100'], nextToken: undefined });
});

it('has the seventeen predefined configurations, those of ECS with their numbers', async () => {
  const { deploymentConfigsList } = await world.call('ListDeploymentConfigs');
  expect(deploymentConfigsList).toHaveLength(17);

  const routingOf = async (name: string) => {
    const answer = await world.call('GetDeploymentConfig', { deploymentConfigName: `CodeDeployDefault.${name}` });
    const info = answer['deploymentConfigInfo'] as Record<string, unknown>;
    expect(info).not.toHaveProperty('createTime');
    return info['trafficRoutingConfig'];
  };
  const canary = (canaryInterval: number) => ({
    type: 'TimeBasedCanary',
    timeBasedCanary: { canaryPercentage: 10, canaryInterval },
  });
  const linear = (linearInterval: number) => ({
    type: 'TimeBasedLinear',
    timeBasedLinear: { linearPercentage: 10, linearInterval },
  });
  expect(await routingOf('ECSAllAtOnce')).toEqual({ type: 'AllAtOnce' });
  expect(await routingOf('ECSCanary10Percent5Minutes')).toEqual(canary(5));
  expect(await routingOf('ECSCanary10Percent15Minutes')).toEqual(canary(15));
  expect(await routingOf('ECSLinear10PercentEvery1Minutes')).toEqual(linear(1));
  expect(await routingOf('ECSLinear10PercentEvery3Minutes')).toEqual(linear(3));
});

it('keeps a custom configuration until no group uses it', async () => {
  const config = {
    deploymentConfigName: 'codedeploydefault.mine',
    computePlatform: 'ECS',
    trafficRoutingConfig: {
      type: 'TimeBasedLinear',
      timeBasedLinear: { linearPercentage: 33, linearInterval: 2 },
    },
  };
  const { deploymentConfigId } = await world.call('CreateDeploymentConfig', config);
  expect(await world.call('GetDeploymentConfig', config)).toEqual({
    deploymentConfigInfo: { ...config, deploymentConfigId, createTime: new Date(world.now) },
  });
  await createGroup(world, { deploymentConfigName: config.deploymentConfigName });

  await expect(world.call('CreateDeploymentConfig', config)).rejects.toMatchObject({
    name: 'DeploymentConfigAlreadyExistsException',
  });
  await expect(world.call('DeleteDeploymentConfig', config)).rejects.toMatchObject({
    name: 'DeploymentConfigInUseException',
  });
  await world.call('DeleteDeploymentGroup', { applicationName: 'app', deploymentGroupName: 'dg' });
  await world.call('DeleteDeploymentConfig', config);

  await expect(world.call('GetDeploymentConfig', config)).rejects.toMatchObject({
    name: 'DeploymentConfigDoesNotExistException',
  });
});

it('keeps tags of applications and groups by their ARN, through a rename', async () => {
  await createGroup(world, { tags: [{ Key: 'team', Value: 'blue' }] });
  await world.call('TagResource', { ResourceArn: GROUP_ARN, Tags: [{ Key: 'stage', Value: 'test' }] });
  await world.call('UntagResource', { ResourceArn: GROUP_ARN, TagKeys: ['team'] });
  await world.call('UpdateApplication', { applicationName: 'app', newApplicationName: 'app2' });

  const renamed = GROUP_ARN.replace('app/dg', 'app2/dg');
  expect(await world.call('ListTagsForResource', { ResourceArn: renamed })).toEqual({
    Tags: [{ Key: 'stage', Value: 'test' }],
  });
});
