import { afterEach, beforeEach, expect, it } from 'vitest';
import { blueGreen, createApp, createGroup, groupInput, loadBalancer } from './fake-inputs.ts';
import { BLUE, GREEN, NETWORK, PRODUCTION, RULE, TEST, type World, fakeWorld } from './fake-world.ts';

let world: World;
beforeEach(async () => {
  world = await fakeWorld();
});
afterEach(() => world.close());

const without = (member: string) => ({ [member]: undefined });
const triggers = (...names: string[]) => ({
  triggerConfigurations: names.map((triggerName, index) => ({
    triggerName,
    triggerTargetArn: `arn:aws:sns:eu-west-1:123456789012:topic-${index}`,
    triggerEvents: ['DeploymentStart'],
  })),
});
const alarms = (enabled: boolean, ...names: string[]) => ({
  alarmConfiguration: { enabled, alarms: names.map((name) => ({ name })) },
});
const rollback = (enabled: boolean, ...events: string[]) => ({ autoRollbackConfiguration: { enabled, events } });
const style = (deploymentType: string, deploymentOption: string) => ({
  deploymentStyle: { deploymentType, deploymentOption },
});
const pair = (...names: string[]) => ({
  loadBalancerInfo: loadBalancer({ targetGroups: names.map((name) => ({ name })) }),
});
const production = (...listenerArns: string[]) => ({
  loadBalancerInfo: loadBalancer({ prodTrafficRoute: { listenerArns } }),
});
const service = (clusterName: string, serviceName: string) => ({ ecsServices: [{ clusterName, serviceName }] });
const waits = (ready: object, terminate: object = {}) => ({
  blueGreenDeploymentConfiguration: blueGreen(ready, terminate),
});

const STYLE =
  'For ECS deployment, the deployment type must be BLUE_GREEN, and deployment option must be WITH_TRAFFIC_CONTROL.';
const NLB =
  'Only ALB supports gradual traffic routing, use AllAtOnce Traffic routing instead when you create/update Deployment group';
const PAIR =
  'A deployment group associated with an application that uses the ECS compute platform must contain a valid pair of target groups that identify a load balancer.';
const BLOCK = 'InvalidBlueGreenDeploymentConfiguration';

const REFUSED: readonly (readonly [error: string, words: string, change: object])[] = [
  ['ApplicationNameRequired', '', without('applicationName')],
  ['InvalidApplicationName', '', { applicationName: 'a b' }],
  ['ApplicationDoesNotExist', 'No application found for name: none', { applicationName: 'none' }],
  ['DeploymentGroupNameRequired', '', without('deploymentGroupName')],
  ['InvalidDeploymentGroupName', '', { deploymentGroupName: 'x'.repeat(101) }],
  ['RoleRequired', '', without('serviceRoleArn')],
  ['InvalidRole', '', { serviceRoleArn: 'role' }],
  ['DeploymentConfigDoesNotExist', 'No Deployment Configuration found for name: x', { deploymentConfigName: 'x' }],
  [
    'InvalidDeploymentConfigName',
    'Compute platform of deployment config CodeDeployDefault.OneAtATime does not match expected compute platform, correct compute platform should be ECS.',
    { deploymentConfigName: 'CodeDeployDefault.OneAtATime' },
  ],
  ['InvalidEC2Tag', 'For ECS deployment group, ec2TagFilters can not be specified', { ec2TagFilters: [] }],
  ['InvalidEC2Tag', 'For ECS deployment group, ec2TagSet can not be specified', { ec2TagSet: {} }],
  ['InvalidTag', 'For ECS deployment group, onPremisesTagSet can not be specified', { onPremisesTagSet: {} }],
  [
    'InvalidAutoScalingGroup',
    'For ECS deployment group, autoScalingGroups can not be specified',
    { autoScalingGroups: [] },
  ],
  ['InvalidDeploymentStyle', STYLE, without('deploymentStyle')],
  ['InvalidDeploymentStyle', STYLE, style('IN_PLACE', 'WITH_TRAFFIC_CONTROL')],
  [
    'InvalidDeploymentStyle',
    'BLUE_GREEN deployment type not supported with WITHOUT_TRAFFIC_CONTROL option',
    style('BLUE_GREEN', 'WITHOUT_TRAFFIC_CONTROL'),
  ],
  [
    BLOCK,
    'For ECS deployment group, blueGreenDeploymentConfiguration must be specified',
    without('blueGreenDeploymentConfiguration'),
  ],
  [BLOCK, 'Deployment ready option cannot be null for blue green deployment', { blueGreenDeploymentConfiguration: {} }],
  [
    BLOCK,
    'Terminate blue instances on deployment success behaviour cannot be set to null for Blue Green deployments',
    { blueGreenDeploymentConfiguration: { deploymentReadyOption: {} } },
  ],
  [
    BLOCK,
    "Deployment ready action cannot be set to 'CONTINUE_DEPLOYMENT' when timeout is specified",
    waits({ waitTimeInMinutes: 1 }),
  ],
  [
    BLOCK,
    'Deployment ready action cannot be set to STOP_DEPLOYMENT when timeout is set to 0 minutes.',
    waits({ actionOnTimeout: 'STOP_DEPLOYMENT' }),
  ],
  [BLOCK, 'between 0 and 7200', waits({ actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 7201 })],
  [BLOCK, 'is not valid', waits({ actionOnTimeout: 'WAIT' })],
  [
    BLOCK,
    'Timeout for instance termination cannot be more than 2 days',
    waits({}, { terminationWaitTimeInMinutes: 2881 }),
  ],
  [BLOCK, 'must be TERMINATE', waits({}, { action: 'KEEP_ALIVE' })],
  [
    BLOCK,
    'greenFleetProvisioningOption can not be specified',
    { blueGreenDeploymentConfiguration: { ...blueGreen(), greenFleetProvisioningOption: {} } },
  ],
  [
    'InvalidLoadBalancerInfo',
    'For ECS deployment group, loadBalancerInfo must be specified',
    without('loadBalancerInfo'),
  ],
  [
    'InvalidLoadBalancerInfo',
    'For ECS deployment group, loadBalancerInfo must not contain elbInfo list',
    { loadBalancerInfo: { elbInfoList: [{ name: 'x' }] } },
  ],
  [
    'InvalidLoadBalancerInfo',
    'For ECS deployment group, loadBalancerInfo must not contain targetGroupInfo list',
    { loadBalancerInfo: { targetGroupInfoList: [{ name: 'x' }] } },
  ],
  ['InvalidLoadBalancerInfo', 'exactly one', { loadBalancerInfo: {} }],
  ['InvalidTargetGroupPair', PAIR, pair('blue')],
  ['InvalidTargetGroupPair', 'must differ', pair('blue', 'blue')],
  ['InvalidTargetGroupPair', 'exceeds the maximum allowed length of 32 characters', pair('blue', GREEN)],
  ['InvalidTargetGroupPair', "Target group 'gone' could not be loaded", pair('blue', 'gone')],
  ['InvalidTargetGroupPair', 'belongs to another load balancer', pair('blue', 'elsewhere')],
  ['InvalidTargetGroupPair', 'is a target group of the ECS service', pair('stray', 'stray2')],
  [
    'InvalidTrafficRoutingConfiguration',
    'Production traffic route must have exactly one listener Arn',
    production(PRODUCTION, TEST),
  ],
  ['InvalidTrafficRoutingConfiguration', 'Production traffic route must have exactly one listener Arn', production()],
  [
    'InvalidTrafficRoutingConfiguration',
    'Test traffic route must have exactly one listener Arn',
    { loadBalancerInfo: loadBalancer({ testTrafficRoute: { listenerArns: [] } }) },
  ],
  ['InvalidTrafficRoutingConfiguration', 'is not a listener Arn', production('listener')],
  [
    'InvalidTrafficRoutingConfiguration',
    NLB,
    { ...production(NETWORK), deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent5Minutes' },
  ],
  ['InvalidLoadBalancerInfo', 'One or more listeners not found', production(`${PRODUCTION}-gone`)],
  ['InvalidLoadBalancerInfo', 'on the same load balancer', production(`${PRODUCTION}x`)],
  ['InvalidECSService', 'exactly one ECS service', without('ecsServices')],
  ['InvalidECSService', 'both serviceName and clusterName', { ecsServices: [{ serviceName: 'svc' }] }],
  [
    'InvalidECSService',
    'Could not load ECS service information for cluster: cl, service: gone. Cause: ',
    service('cl', 'gone'),
  ],
  [
    'InvalidAlarmConfig',
    'Deployment Groups need to have at least one alarms attached if they are monitored.',
    alarms(true),
  ],
  ['InvalidAlarmConfig', 'Duplicate', alarms(true, 'a', 'a')],
  ['InvalidAlarmConfig', '1 to 255 characters', alarms(false, '')],
  ['AlarmsLimitExceeded', '10', alarms(true, ...'abcdefghijk')],
  [
    'InvalidAutoRollbackConfig',
    'Deployment Groups need to have at least one event specified when auto rollback is enabled',
    rollback(true),
  ],
  ['InvalidAutoRollbackConfig', 'is not valid', rollback(false, 'WHENEVER')],
  [
    'InvalidTriggerConfig',
    'Topic ARN arn:aws:sns:us-east-1:1:t is not valid',
    {
      triggerConfigurations: [
        { triggerName: 'a', triggerTargetArn: 'arn:aws:sns:us-east-1:1:t', triggerEvents: ['DeploymentStart'] },
      ],
    },
  ],
  ['InvalidTriggerConfig', 'Duplicate Trigger target name detected', triggers('a', 'a')],
  [
    'TriggerTargetsLimitExceeded',
    'Deployment Groups cannot contain more than 10 TriggerTargets.',
    triggers(...'abcdefghijk'),
  ],
  ['InvalidInput', 'UPDATE or IGNORE', { outdatedInstancesStrategy: 'KEEP' }],
  ['InvalidTagsToAdd', '', { tags: [{ Key: '', Value: 'x' }] }],
];

it.each(REFUSED)('refuses a new group with %s: %s', async (error, words, change) => {
  await createApp(world);

  const refusal: unknown = await world.call('CreateDeploymentGroup', groupInput(change)).catch((e: unknown) => e);

  expect(refusal).toMatchObject({ name: `${error}Exception` });
  expect((refusal as Error).message).toContain(words);
  expect(await world.call('ListDeploymentGroups', { applicationName: 'app' })).toMatchObject({ deploymentGroups: [] });
  expect(world.rewritten).toEqual([]);
});

it('refuses a service with another controller, or one that is not active', async () => {
  await createApp(world);
  world.controller = 'ECS';
  await expect(world.call('CreateDeploymentGroup', groupInput())).rejects.toThrow(
    "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller.",
  );
  world.controller = 'CODE_DEPLOY';
  world.serviceStatus = 'INACTIVE';
  await expect(world.call('CreateDeploymentGroup', groupInput())).rejects.toThrow('the service is INACTIVE');
});

it('says what to do when the application is one of servers', async () => {
  await world.call('CreateApplication', { applicationName: 'app' });

  await expect(world.call('CreateDeploymentGroup', groupInput())).rejects.toThrow(
    'Server Deployment Groups should not define a value for ecsServices, eksClusters, or targetGroupPairInfoList',
  );
  const bare = groupInput({ ecsServices: undefined, loadBalancerInfo: undefined });
  await expect(world.call('CreateDeploymentGroup', bare)).rejects.toThrow('computePlatform ECS');
});

it('shows a new group with both waits, empty lists and nothing that was never set', async () => {
  await createGroup(world);

  const { deploymentGroupInfo } = await world.call('GetDeploymentGroup', {
    applicationName: 'app',
    deploymentGroupName: 'dg',
  });

  expect(deploymentGroupInfo).toEqual({
    applicationName: 'app',
    deploymentGroupId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    deploymentGroupName: 'dg',
    deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
    ec2TagFilters: [],
    onPremisesInstanceTagFilters: [],
    autoScalingGroups: [],
    serviceRoleArn: 'arn:aws:iam::123456789012:role/codedeploy',
    triggerConfigurations: [],
    autoRollbackConfiguration: { enabled: false },
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    outdatedInstancesStrategy: 'UPDATE',
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 0 },
      deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 },
    },
    loadBalancerInfo: loadBalancer(),
    computePlatform: 'ECS',
    ecsServices: [{ serviceName: 'svc', clusterName: 'cl' }],
  });
});

it('rewrites the default action and the rules of the production listener, once', async () => {
  await createGroup(world);

  const weighted = [
    { TargetGroupArn: BLUE, Weight: 100 },
    { TargetGroupArn: GREEN, Weight: 0 },
  ];
  expect(world.rewritten).toEqual([PRODUCTION, RULE]);
  expect(world.actions[PRODUCTION]).toEqual([{ Type: 'forward', ForwardConfig: { TargetGroups: weighted } }]);

  await world.call('DeleteDeploymentGroup', { applicationName: 'app', deploymentGroupName: 'dg' });
  await world.call('CreateDeploymentGroup', groupInput());
  expect(world.rewritten).toEqual([PRODUCTION, RULE]);
});

it('keeps no group when the load balancer refuses the rewrite', async () => {
  await createApp(world);
  world.refuseRewrite = true;

  await expect(world.call('CreateDeploymentGroup', groupInput())).rejects.toThrow('The listener is locked');

  expect(await world.call('ListDeploymentGroups', { applicationName: 'app' })).toMatchObject({ deploymentGroups: [] });
});

it('gives a service to one group only, whatever the application and the form of its name', async () => {
  await createGroup(world);
  await createApp(world, 'app2');
  const arns = service('arn:aws:ecs:eu-west-1:123456789012:cluster/cl', 'svc');

  await expect(
    world.call('CreateDeploymentGroup', groupInput({ applicationName: 'app2', ...arns })),
  ).rejects.toMatchObject({ name: 'ECSServiceMappingLimitExceededException' });
  await expect(world.call('CreateDeploymentGroup', groupInput(service('cl', 'svc2')))).rejects.toMatchObject({
    name: 'DeploymentGroupAlreadyExistsException',
  });
});

it('changes what an update names, keeps the rest, and renames', async () => {
  await createGroup(world, { ...alarms(true, 'a'), ...triggers('t') });
  const names = { applicationName: 'app', currentDeploymentGroupName: 'dg' };

  await world.call('UpdateDeploymentGroup', {
    ...names,
    newDeploymentGroupName: 'dg2',
    triggerConfigurations: [],
    ...rollback(true, 'DEPLOYMENT_FAILURE'),
    ...waits({ actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 7 }, { terminationWaitTimeInMinutes: 5 }),
  });

  const { deploymentGroupInfo } = await world.call('GetDeploymentGroup', {
    applicationName: 'app',
    deploymentGroupName: 'dg2',
  });
  expect(deploymentGroupInfo).toMatchObject({
    triggerConfigurations: [],
    alarmConfiguration: { enabled: true, ignorePollAlarmFailure: false, alarms: [{ name: 'a' }] },
    autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 5 },
      deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 7 },
    },
  });
  await expect(world.call('UpdateDeploymentGroup', names)).rejects.toThrow('No Deployment Group found for name: dg');
});

it('refuses autoScalingGroups in an update, even an empty list', async () => {
  await createGroup(world);
  const input = { applicationName: 'app', currentDeploymentGroupName: 'dg', autoScalingGroups: [] };

  await expect(world.call('UpdateDeploymentGroup', input)).rejects.toThrow(
    'For ECS deployment group, autoScalingGroups can not be specified',
  );
});

it('names the unknown groups of a batch and gives the others', async () => {
  await createGroup(world);

  const answer = await world.call('BatchGetDeploymentGroups', {
    applicationName: 'app',
    deploymentGroupNames: ['dg', 'gone'],
  });

  expect(answer).toMatchObject({
    deploymentGroupsInfo: [{ deploymentGroupName: 'dg' }],
    errorMessage: 'No Deployment Group found for name: gone',
  });
});

const CUSTOM = { deploymentConfigName: 'mine' };
const createConfig = () =>
  world.call('CreateDeploymentConfig', {
    ...{ ...CUSTOM, computePlatform: 'ECS' },
    trafficRoutingConfig: { type: 'AllAtOnce' },
  });

it('makes no group with a configuration that is deleted meanwhile', async () => {
  await createApp(world);
  await createConfig();
  world.meanwhile = () => world.call('DeleteDeploymentConfig', CUSTOM);

  await expect(world.call('CreateDeploymentGroup', groupInput(CUSTOM))).rejects.toMatchObject({
    name: 'DeploymentConfigDoesNotExistException',
  });
  expect(await world.call('ListDeploymentGroups', { applicationName: 'app' })).toMatchObject({ deploymentGroups: [] });
});

it('gives a group no configuration that is deleted meanwhile, and none that a new load balancer cannot carry out', async () => {
  await createGroup(world);
  await createConfig();
  const update = (changes: object) =>
    world.call('UpdateDeploymentGroup', {
      ...{ applicationName: 'app', currentDeploymentGroupName: 'dg', ...changes },
    });
  world.meanwhile = () => world.call('DeleteDeploymentConfig', CUSTOM);
  const deleted = update({ ...CUSTOM, loadBalancerInfo: loadBalancer() });
  await expect(deleted).rejects.toMatchObject({ name: 'DeploymentConfigDoesNotExistException' });
  world.targetGroups['blue'] = [];
  world.meanwhile = () => update({ deploymentConfigName: 'CodeDeployDefault.ECSLinear10PercentEvery1Minutes' });

  await expect(update(production(NETWORK))).rejects.toMatchObject({
    name: 'InvalidTrafficRoutingConfigurationException',
  });
});

it('renames no group of an application that is renamed meanwhile', async () => {
  await createGroup(world);
  world.meanwhile = () => world.call('UpdateApplication', { applicationName: 'app', newApplicationName: 'shop' });

  const late = world.call('UpdateDeploymentGroup', {
    ...{ applicationName: 'app', currentDeploymentGroupName: 'dg', newDeploymentGroupName: 'other' },
    loadBalancerInfo: loadBalancer(),
  });

  await expect(late).rejects.toMatchObject({ name: 'ApplicationDoesNotExistException' });
});
