import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Deployment } from '../../engine/deployment.ts';
import type { HookExecution } from '../../engine/progress.ts';
import { createDeploymentsPort } from './deployments-port.ts';
import { APP_SPEC, createDeployment, createGroup, deploymentInput } from './fake-inputs.ts';
import { SCOPE, type World, fakeWorld } from './fake-world.ts';
import { activeDeployments } from './look-ups.ts';

let world: World;
beforeEach(async () => {
  world = await fakeWorld();
  await createGroup(world);
});
afterEach(() => world.close());

const SHA = createHash('sha256').update(APP_SPEC).digest('hex');
const GROUP = { applicationName: 'app', deploymentGroupName: 'dg' };
const content = (text: string, sha256?: string) => ({
  revision: { revisionType: 'AppSpecContent', appSpecContent: { content: text, sha256 } },
});
const infoOf = async (deploymentId: string) =>
  (await world.call('GetDeployment', { deploymentId }))['deploymentInfo'] as Record<string, unknown>;
const end = (id: string, status: Deployment['status']) =>
  world.move(id, (current) => ({
    ...current,
    status,
    finishedAt: world.now,
    progress: { ...current.progress, targetStatus: status === 'Succeeded' ? 'Succeeded' : 'Failed' },
  }));

it('records a new deployment as Created with its copy of the group, and wakes the engine', async () => {
  const id = await createDeployment(world, { description: 'second try' });

  expect(id).toMatch(/^d-[A-Z0-9]{9}$/);
  expect(world.wakes).toBe(1);
  expect(await infoOf(id)).toEqual({
    ...GROUP,
    deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
    deploymentId: id,
    revision: { revisionType: 'AppSpecContent', appSpecContent: { sha256: SHA } },
    status: 'Created',
    createTime: new Date(world.now),
    description: 'second try',
    creator: 'user',
    ignoreApplicationStopFailures: false,
    updateOutdatedInstancesOnly: false,
    autoRollbackConfiguration: { enabled: false },
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 0 },
      deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 },
    },
    loadBalancerInfo: expect.objectContaining({ targetGroupPairInfoList: expect.any(Array) as unknown }) as unknown,
    instanceTerminationWaitTimeStarted: false,
    fileExistsBehavior: 'DISALLOW',
    deploymentStatusMessages: [],
    computePlatform: 'ECS',
  });
});

it('gives the engine the release in its own words', async () => {
  const id = await createDeployment(world, {
    deploymentConfigName: 'CodeDeployDefault.ECSLinear10PercentEvery3Minutes',
    autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    overrideAlarmConfiguration: { enabled: true, alarms: [{ name: 'errors' }] },
  });

  const stored = await createDeploymentsPort(world.store).get(SCOPE, id);
  expect(stored?.release).toMatchObject({
    clusterName: 'cl',
    serviceName: 'svc',
    targetGroups: ['blue', 'green'],
    routing: { kind: 'linear', percentage: 10, interval: 3 },
    terminationWaitMinutes: 0,
    rollbackOn: ['DEPLOYMENT_FAILURE'],
    alarms: { names: ['errors'], ignorePollFailure: false },
    appSpec: { containerName: 'web', containerPort: 80 },
  });
  expect(stored?.release).not.toHaveProperty('readyWaitMinutes');
  expect(await infoOf(id)).toMatchObject({
    autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    overrideAlarmConfiguration: { enabled: true, ignorePollAlarmFailure: false, alarms: [{ name: 'errors' }] },
  });
});

it('rejects a second deployment of the group with the text that scripts read the id from', async () => {
  const id = await createDeployment(world);
  const words = `The Deployment Group 'dg' already has an active Deployment '${id}'`;

  await expect(createDeployment(world)).rejects.toMatchObject({
    name: 'DeploymentLimitExceededException',
    message: words,
  });
});

it('lets exactly one of many simultaneous deployments in', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => createDeployment(world)));

  expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
});

it.each<[string, string, object]>([
  ['DeploymentGroupNameRequired', '', { deploymentGroupName: undefined }],
  ['DeploymentGroupDoesNotExist', 'No Deployment Group found for name: gone', { deploymentGroupName: 'gone' }],
  ['RevisionRequired', '', { revision: undefined }],
  ['InvalidRevision', 'found none', { revision: {} }],
  ['InvalidRevision', "found 'Zip'", { revision: { revisionType: 'Zip' } }],
  [
    'InvalidRevision',
    'The S3 location of the revision must have a bucket',
    { revision: { revisionType: 'S3', s3Location: {} } },
  ],
  ['InvalidRevision', 'GitHub', { revision: { revisionType: 'GitHub' } }],
  ['InvalidRevision', 'missing or empty', { revision: { revisionType: 'AppSpecContent' } }],
  ['InvalidRevision', 'missing or empty', content('')],
  ['InvalidRevision', 'The AppSpec file must have version', content('{}')],
  ['InvalidRevision', `hash of the AppSpec content is ${SHA}`, content(APP_SPEC, '0'.repeat(64))],
  ['InvalidRevision', 'at most 102400 bytes', content(' '.repeat(102_401))],
  ['DeploymentConfigDoesNotExist', 'name: gone', { deploymentConfigName: 'gone' }],
  [
    'InvalidDeploymentConfigName',
    'correct compute platform should be ECS',
    { deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce' },
  ],
  ['DescriptionTooLong', '512', { description: 'x'.repeat(513) }],
  ['InvalidTargetInstances', '', { targetInstances: {} }],
  ['InvalidFileExistsBehavior', '', { fileExistsBehavior: 'MERGE' }],
  ['InvalidIgnoreApplicationStopFailuresValue', '', { ignoreApplicationStopFailures: true }],
  ['InvalidUpdateOutdatedInstancesOnlyValue', '', { updateOutdatedInstancesOnly: true }],
  ['InvalidAutoRollbackConfig', '', { autoRollbackConfiguration: { enabled: true } }],
  ['InvalidAlarmConfig', '', { overrideAlarmConfiguration: { enabled: true } }],
])('refuses a deployment with %s: %s', async (error, words, change) => {
  const refusal: unknown = await createDeployment(world, change).catch((e: unknown) => e);

  expect(refusal).toMatchObject({ name: `${error}Exception` });
  expect((refusal as Error).message).toContain(words);
  expect(await world.call('ListDeployments')).toMatchObject({ deployments: [] });
});

it('takes the deprecated String revision and shows it as one', async () => {
  const id = await createDeployment(world, {
    revision: { revisionType: 'String', string: { content: APP_SPEC, sha256: SHA } },
  });

  expect((await infoOf(id))['revision']).toEqual({ revisionType: 'String', string: { sha256: SHA } });
});

it('gives the AppSpec back for the revision that GetDeployment shows, and only there', async () => {
  const id = await createDeployment(world);
  const { revision } = await infoOf(id);

  const answer = await world.call('GetApplicationRevision', { applicationName: 'app', revision });

  expect(answer).toEqual({
    applicationName: 'app',
    revision: { revisionType: 'AppSpecContent', appSpecContent: { content: APP_SPEC, sha256: SHA } },
    revisionInfo: {
      description: `Application revision registered by Deployment ID: ${id}`,
      deploymentGroups: ['dg'],
      firstUsedTime: new Date(world.now),
      lastUsedTime: new Date(world.now),
      registerTime: new Date(world.now),
    },
  });
  expect(await world.call('ListApplicationRevisions', { applicationName: 'app', deployed: 'include' })).toMatchObject({
    revisions: [revision],
  });
});

const inS3 = (more: object = {}) => ({
  revision: { revisionType: 'S3', s3Location: { bucket: 'b', key: 'app.yaml', bundleType: 'YAML', ...more } },
});
const releaseOf = async (id: string) => (await createDeploymentsPort(world.store).get(SCOPE, id))?.release;

it('keeps what an object held when the deployment was made', async () => {
  world.objects['b/app.yaml'] = APP_SPEC;
  const id = await createDeployment(world, inS3({ eTag: '"etag"' }));
  world.objects['b/app.yaml'] = 'changed';

  expect((await releaseOf(id))?.appSpec).toMatchObject({ containerPort: expect.any(Number) as number });
  expect((await infoOf(id))['revision']).toEqual(inS3({ eTag: '"etag"' }).revision);
  const list = (filter: object) => world.call('ListApplicationRevisions', { applicationName: 'app', ...filter });
  expect(await list({ s3Bucket: 'b', s3KeyPrefix: 'app' })).toMatchObject({
    revisions: [inS3({ eTag: '"etag"' }).revision],
  });
  expect(await list({ s3Bucket: 'b', s3KeyPrefix: 'other' })).toMatchObject({ revisions: [] });
});

it.each([
  ['REVISION_MISSING', 's3://b/none.yaml could not be read: NoSuchKey', { key: 'none.yaml' }],
  ['INVALID_REVISION', 'is etag, but the revision says other', { eTag: 'other' }],
  ['INVALID_REVISION', 'is not valid JSON', { bundleType: 'JSON' }],
  ['INVALID_REVISION', 'The AppSpec file must have version', { key: 'bad.yaml' }],
])('makes a deployment that fails with %s: %s', async (code, words, more) => {
  world.objects['b/app.yaml'] = 'version: 0.0';
  world.objects['b/bad.yaml'] = '{}';
  const id = await createDeployment(world, inS3(more));

  expect((await releaseOf(id))?.unreadable).toMatchObject({ code, message: expect.stringContaining(words) as string });
});

it.each([
  ['must have a bucket', { bucket: '' }],
  ['must have a key', { key: '' }],
  ["must be YAML or JSON for ECS, found 'zip'", { bundleType: 'zip' }],
])('refuses a location that %s', async (words, more) => {
  await expect(createDeployment(world, inS3(more))).rejects.toThrow(words);
});

it('says that an unregistered revision does not exist', async () => {
  const revision = { revisionType: 'AppSpecContent', appSpecContent: { sha256: '0'.repeat(64) } };

  await expect(world.call('GetApplicationRevision', { applicationName: 'app', revision })).rejects.toMatchObject({
    name: 'RevisionDoesNotExistException',
  });
});

it('lists deployments newest first and by status, time and group', async () => {
  const first = await createDeployment(world);
  await end(first, 'Succeeded');
  world.now += 1000;
  const second = await createDeployment(world);
  const list = async (input: object) => (await world.call('ListDeployments', input))['deployments'];

  expect(await list({})).toEqual([second, first]);
  expect(await list(GROUP)).toEqual([second, first]);
  expect(await list({ ...GROUP, includeOnlyStatuses: ['Succeeded'] })).toEqual([first]);
  expect(await list({ createTimeRange: { start: new Date(world.now) } })).toEqual([second]);
  expect(await list({ createTimeRange: { end: new Date(world.now - 1) } })).toEqual([first]);
  await expect(list({ applicationName: 'app' })).rejects.toMatchObject({
    name: 'DeploymentGroupNameRequiredException',
  });
  await expect(list({ deploymentGroupName: 'dg' })).rejects.toMatchObject({ name: 'ApplicationNameRequiredException' });
  await expect(list({ includeOnlyStatuses: ['Gone'] })).rejects.toMatchObject({
    name: 'InvalidDeploymentStatusException',
  });
  await expect(list({ nextToken: 'mine' })).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
});

it('tells the last attempted and the last successful deployment of a group apart', async () => {
  const good = await createDeployment(world);
  await end(good, 'Succeeded');
  const bad = await createDeployment(world, content(`${APP_SPEC}\n`));
  await end(bad, 'Failed');

  const { deploymentGroupInfo } = await world.call('GetDeploymentGroup', GROUP);

  expect(deploymentGroupInfo).toMatchObject({
    lastSuccessfulDeployment: { deploymentId: good, status: 'Succeeded', endTime: new Date(world.now) },
    lastAttemptedDeployment: { deploymentId: bad, status: 'Failed' },
    targetRevision: { appSpecContent: { sha256: createHash('sha256').update(`${APP_SPEC}\n`).digest('hex') } },
  });
  expect(await infoOf(bad)).toMatchObject({
    previousRevision: { revisionType: 'AppSpecContent', appSpecContent: { sha256: SHA } },
    deploymentOverview: { Pending: 0, InProgress: 0, Succeeded: 0, Failed: 1, Skipped: 0, Ready: 0 },
  });
});

it('refuses targets before the start and shows all eight events after it', async () => {
  const deploymentId = await createDeployment(world);
  await expect(world.call('ListDeploymentTargets', { deploymentId })).rejects.toMatchObject({
    name: 'DeploymentNotStartedException',
  });
  await world.move(deploymentId, (current) => ({ ...current, status: 'InProgress' }));

  expect(await world.call('ListDeploymentTargets', { deploymentId })).toMatchObject({ targetIds: ['cl:svc'] });
  const { deploymentTarget } = await world.call('GetDeploymentTarget', { deploymentId, targetId: 'cl:svc' });
  expect(deploymentTarget).toMatchObject({
    deploymentTargetType: 'ECSTarget',
    ecsTarget: { deploymentId, targetId: 'cl:svc', targetArn: 'arn:aws:ecs:eu-west-1:123456789012:service/cl/svc' },
  });
  const { lifecycleEvents } = (deploymentTarget as { ecsTarget: { lifecycleEvents: object[] } }).ecsTarget;
  expect(lifecycleEvents).toHaveLength(8);
  expect(lifecycleEvents[0]).toEqual({ lifecycleEventName: 'BeforeInstall', status: 'Pending' });
  await expect(world.call('GetDeploymentTarget', { deploymentId, targetId: 'cl:other' })).rejects.toMatchObject({
    name: 'DeploymentTargetDoesNotExistException',
  });
  await expect(
    world.call('BatchGetDeploymentTargets', { deploymentId, targetIds: ['cl:svc', 'cl:svc'] }),
  ).rejects.toMatchObject({ name: 'DeploymentTargetListSizeExceededException' });
});

it('answers a stop with Succeeded once the engine has stopped the deployment', async () => {
  const deploymentId = await createDeployment(world);
  world.onWake = () => void end(deploymentId, 'Stopped');

  expect(await world.call('StopDeployment', { deploymentId, autoRollbackEnabled: true })).toEqual({
    status: 'Succeeded',
    statusMessage: 'No more commands will be scheduled for execution in the deployment instances',
  });
  const stored = await createDeploymentsPort(world.store).get(SCOPE, deploymentId);
  expect(stored?.progress.stopRequested).toMatchObject({ rollBack: true });
  await expect(world.call('StopDeployment', { deploymentId })).rejects.toMatchObject({
    name: 'DeploymentAlreadyCompletedException',
  });
});

it('answers a stop with Pending while the deployment has not ended', async () => {
  const deploymentId = await createDeployment(world);

  expect(await world.call('StopDeployment', { deploymentId })).toMatchObject({ status: 'Pending' });
});

it.each<[string, object, string]>([
  ['GetDeployment', {}, 'DeploymentIdRequired'],
  ['GetDeployment', { deploymentId: 'd-123' }, 'InvalidDeploymentId'],
  ['GetDeployment', { deploymentId: 'd-AAAAAAAAA' }, 'DeploymentDoesNotExist'],
  ['StopDeployment', { deploymentId: 'd-AAAAAAAAA' }, 'DeploymentDoesNotExist'],
  ['ContinueDeployment', {}, 'DeploymentIdRequired'],
  ['SkipWaitTimeForInstanceTermination', { deploymentId: 'x' }, 'InvalidDeploymentId'],
  ['BatchGetDeployments', {}, 'DeploymentIdRequired'],
  ['BatchGetDeployments', { deploymentIds: Array(26).fill('d-AAAAAAAAA') }, 'BatchLimitExceeded'],
  ['BatchGetDeployments', { deploymentIds: ['x'] }, 'InvalidDeploymentId'],
  ['ListDeploymentInstances', {}, 'DeploymentIdRequired'],
  ['PutLifecycleEventHookExecutionStatus', { deploymentId: 'd-AAAAAAAAA' }, 'DeploymentDoesNotExist'],
])('%s refuses %j with %s', async (operation, input, error) => {
  await expect(world.call(operation, input)).rejects.toMatchObject({ name: `${error}Exception` });
});

it('refuses to continue what does not wait', async () => {
  const deploymentId = await createDeployment(world);

  for (const deploymentWaitType of [undefined, 'READY_WAIT', 'TERMINATION_WAIT'])
    await expect(world.call('ContinueDeployment', { deploymentId, deploymentWaitType })).rejects.toMatchObject({
      name: 'DeploymentIsNotInReadyStateException',
    });
  await expect(world.call('ContinueDeployment', { deploymentId, deploymentWaitType: 'LUNCH' })).rejects.toMatchObject({
    name: 'InvalidDeploymentWaitTypeException',
  });
  await end(deploymentId, 'Failed');
  await expect(world.call('ContinueDeployment', { deploymentId })).rejects.toMatchObject({
    name: 'DeploymentAlreadyCompletedException',
  });
});

it('takes the report of a hook once', async () => {
  const deploymentId = await createDeployment(world);
  const hook: HookExecution = { id: 'secret', event: 'BeforeInstall', functionName: 'fn', startedAt: world.now };
  await world.move(deploymentId, (current) => ({
    ...current,
    status: 'InProgress',
    progress: {
      ...current.progress,
      hooks: [hook],
      events: current.progress.events.map((event, index) => (index === 0 ? { ...event, status: 'InProgress' } : event)),
    },
  }));
  const report = (lifecycleEventHookExecutionId: string, status: string) =>
    world.call('PutLifecycleEventHookExecutionStatus', { deploymentId, lifecycleEventHookExecutionId, status });

  await expect(report('guess', 'Succeeded')).rejects.toMatchObject({
    name: 'InvalidLifecycleEventHookExecutionIdException',
  });
  await expect(report('secret', 'Skipped')).rejects.toMatchObject({
    name: 'InvalidLifecycleEventHookExecutionStatusException',
  });
  expect(await report('secret', 'Succeeded')).toEqual({ lifecycleEventHookExecutionId: 'secret' });
  await expect(report('secret', 'Failed')).rejects.toMatchObject({ name: 'LifecycleEventAlreadyCompletedException' });
});

it('stores a rollback together with the deployment it undoes', async () => {
  const id = await createDeployment(world);
  const port = createDeploymentsPort(world.store);

  await port.change(SCOPE, id, (current) => ({
    deployment: { ...current, status: 'Failed' },
    also: { ...current, id: 'd-ROLLBACK1', creator: 'codeDeployRollback' },
  }));

  expect((await port.active()).map((deployment) => deployment.id)).toEqual(['d-ROLLBACK1']);
  expect(await world.call('ListDeployments', GROUP)).toMatchObject({ deployments: ['d-ROLLBACK1', id] });
  await expect(world.call('CreateDeployment', deploymentInput())).rejects.toThrow("'d-ROLLBACK1'");
});

it('keeps a deployment in flight when its application is deleted, and removes the others', async () => {
  const ended = await createDeployment(world);
  await end(ended, 'Succeeded');
  const running = await createDeployment(world);

  await world.call('DeleteApplication', { applicationName: 'app' });

  expect(await world.call('ListDeployments')).toMatchObject({ deployments: [running] });
  await expect(world.call('GetApplication', { applicationName: 'app' })).rejects.toThrow(
    'No application found for name: app',
  );
});

it('lets deployments follow the new names of application and group', async () => {
  const id = await createDeployment(world);

  await world.call('UpdateDeploymentGroup', {
    applicationName: 'app',
    currentDeploymentGroupName: 'dg',
    newDeploymentGroupName: 'dg2',
  });
  await world.call('UpdateApplication', { applicationName: 'app', newApplicationName: 'app2' });

  expect(await infoOf(id)).toMatchObject({ applicationName: 'app2', deploymentGroupName: 'dg2' });
  expect(await world.call('ListDeployments', { applicationName: 'app2', deploymentGroupName: 'dg2' })).toMatchObject({
    deployments: [id],
  });
});

it('keeps a deployment whose application is deleted until its end has been told', async () => {
  const id = await createDeployment(world);
  await world.move(id, (current) => ({
    ...{ ...current, status: 'Succeeded', news: [{ status: 'Succeeded', at: world.now }] },
  }));

  await world.call('DeleteApplication', { applicationName: 'app' });
  const active = await createDeploymentsPort(world.store).active();
  await world.move(id, ({ news: _, ...current }) => current);

  expect(active).toMatchObject([{ id, news: [{ status: 'Succeeded' }] }]);
  expect(await activeDeployments(world.store).everywhere()).toEqual([]);
});
