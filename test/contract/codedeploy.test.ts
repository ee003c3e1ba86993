import {
  BatchGetApplicationsCommand,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentConfigCommand,
  CreateDeploymentGroupCommand,
  type CreateDeploymentGroupCommandInput,
  DeleteApplicationCommand,
  DeleteDeploymentGroupCommand,
  GetApplicationCommand,
  GetApplicationRevisionCommand,
  GetDeploymentCommand,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
  ListApplicationsCommand,
  ListDeploymentConfigsCommand,
  ListDeploymentsCommand,
  ListTagsForResourceCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  RegisterApplicationRevisionCommand,
  StopDeploymentCommand,
  TagResourceCommand,
} from '@aws-sdk/client-codedeploy';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestTeal, startTestTeal } from '../support/teal.ts';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
  const send = teal.codedeploy.send.bind(teal.codedeploy);
  await send(new CreateApplicationCommand({ applicationName: 'app', computePlatform: 'ECS' }));
  await send(new CreateApplicationCommand({ applicationName: 'servers' }));
});
afterAll(() => teal?.close());

const listener = 'arn:aws:elasticloadbalancing:us-east-1:1:listener/app/lb/1/2';
const CONTENT = JSON.stringify({
  version: 0.0,
  Resources: [
    {
      TargetService: {
        Type: 'AWS::ECS::Service',
        Properties: {
          TaskDefinition: 'arn:aws:ecs:us-east-1:1:task-definition/web:1',
          LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 80 },
        },
      },
    },
  ],
});

const group = (changes: Partial<CreateDeploymentGroupCommandInput> = {}) =>
  new CreateDeploymentGroupCommand({
    applicationName: 'app',
    deploymentGroupName: 'dg',
    serviceRoleArn: 'arn:aws:iam::123456789012:role/codedeploy',
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    blueGreenDeploymentConfiguration: {
      deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT' },
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE' },
    },
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        { targetGroups: [{ name: 'blue' }, { name: 'green' }], prodTrafficRoute: { listenerArns: [listener] } },
      ],
    },
    ecsServices: [{ clusterName: 'cl', serviceName: 'svc' }],
    ...changes,
  });

it('creates, shows, lists and deletes an application through the SDK', async () => {
  const send = teal.codedeploy.send.bind(teal.codedeploy);
  const { applicationId } = await send(
    new CreateApplicationCommand({ applicationName: 'short-lived', computePlatform: 'ECS' }),
  );

  const { application } = await send(new GetApplicationCommand({ applicationName: 'short-lived' }));
  expect(application).toMatchObject({ applicationId, computePlatform: 'ECS', linkedToGitHub: false });
  expect(application?.createTime).toBeInstanceOf(Date);
  expect((await send(new ListApplicationsCommand({}))).applications).toContain('short-lived');

  await send(new DeleteApplicationCommand({ applicationName: 'short-lived' }));
  expect((await send(new ListApplicationsCommand({}))).applications).not.toContain('short-lived');
});

it('keeps a registered AppSpec under its hash and gives it back', async () => {
  const send = teal.codedeploy.send.bind(teal.codedeploy);
  const revision = { revisionType: 'AppSpecContent', appSpecContent: { content: CONTENT } } as const;
  await send(new RegisterApplicationRevisionCommand({ applicationName: 'app', revision, description: 'one' }));

  const found = await send(new GetApplicationRevisionCommand({ applicationName: 'app', revision }));

  expect(found.revision?.appSpecContent?.content).toBe(CONTENT);
  expect(found.revision?.appSpecContent?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(found.revisionInfo).toMatchObject({ description: 'one', deploymentGroups: [] });
});

it('lists the predefined configurations and shows their numbers', async () => {
  const { deploymentConfigsList } = await teal.codedeploy.send(new ListDeploymentConfigsCommand({}));
  expect(deploymentConfigsList).toHaveLength(17);

  const { deploymentConfigInfo } = await teal.codedeploy.send(
    new GetDeploymentConfigCommand({ deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent5Minutes' }),
  );
  expect(deploymentConfigInfo).toMatchObject({
    computePlatform: 'ECS',
    trafficRoutingConfig: { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage: 10, canaryInterval: 5 } },
  });
});

it('tags an application by the ARN that Terraform builds', async () => {
  const ResourceArn = `arn:aws:codedeploy:us-east-1:${teal.account}:application:app`;
  await teal.codedeploy.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'team', Value: 'blue' }] }));

  const { Tags } = await teal.codedeploy.send(new ListTagsForResourceCommand({ ResourceArn }));
  expect(Tags).toEqual([{ Key: 'team', Value: 'blue' }]);
});

it('finds nothing wrong with deleting what is not there', async () => {
  const answer = await teal.codedeploy.send(
    new DeleteDeploymentGroupCommand({ applicationName: 'app', deploymentGroupName: 'gone' }),
  );

  expect(answer.hooksNotCleanedUp).toEqual([]);
});

const ABSENT = undefined as unknown as string;
const REFUSED = [
  ['ApplicationNameRequiredException', '', new CreateApplicationCommand({ applicationName: ABSENT })],
  ['InvalidApplicationNameException', '', new CreateApplicationCommand({ applicationName: 'a'.repeat(101) })],
  ['ApplicationAlreadyExistsException', '', new CreateApplicationCommand({ applicationName: 'app' })],
  [
    'InvalidComputePlatformException',
    "ComputePlatform 'X' is not valid.",
    new CreateApplicationCommand({ applicationName: 'x', computePlatform: 'X' as 'ECS' }),
  ],
  [
    'ApplicationDoesNotExistException',
    'No application found for name: gone',
    new GetApplicationCommand({ applicationName: 'gone' }),
  ],
  [
    'ApplicationNameRequiredException',
    '',
    new BatchGetApplicationsCommand({ applicationNames: ABSENT as unknown as string[] }),
  ],
  [
    'InvalidDeploymentConfigNameException',
    'The prefix CodeDeployDefault. is reserved for predefined configuration names',
    new CreateDeploymentConfigCommand({ deploymentConfigName: 'CodeDeployDefault.x' }),
  ],
  [
    'InvalidTrafficRoutingConfigurationException',
    'Canary interval must be between 1 and 2880 minutes (2 days)',
    new CreateDeploymentConfigCommand({
      deploymentConfigName: 'x',
      computePlatform: 'ECS',
      trafficRoutingConfig: {
        type: 'TimeBasedCanary',
        timeBasedCanary: { canaryPercentage: 10, canaryInterval: 2881 },
      },
    }),
  ],
  ['DeploymentConfigDoesNotExistException', '', new GetDeploymentConfigCommand({ deploymentConfigName: 'gone' })],
  [
    'DeploymentGroupDoesNotExistException',
    'No Deployment Group found for name: gone',
    new GetDeploymentGroupCommand({ applicationName: 'app', deploymentGroupName: 'gone' }),
  ],
  ['RoleRequiredException', '', group({ serviceRoleArn: ABSENT })],
  [
    'InvalidDeploymentStyleException',
    'For ECS deployment, the deployment type must be BLUE_GREEN, and deployment option must be WITH_TRAFFIC_CONTROL.',
    group({ deploymentStyle: undefined }),
  ],
  [
    'InvalidDeploymentStyleException',
    'WITH_TRAFFIC_CONTROL',
    group({ deploymentStyle: { deploymentType: 'GREEN' as 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' } }),
  ],
  [
    'InvalidBlueGreenDeploymentConfigurationException',
    'For ECS deployment group, blueGreenDeploymentConfiguration must be specified',
    group({ blueGreenDeploymentConfiguration: undefined }),
  ],
  [
    'InvalidLoadBalancerInfoException',
    'For ECS deployment group, loadBalancerInfo must be specified',
    group({ loadBalancerInfo: undefined }),
  ],
  [
    'InvalidAutoScalingGroupException',
    'For ECS deployment group, autoScalingGroups can not be specified',
    group({ autoScalingGroups: [] }),
  ],
  ['InvalidECSServiceException', 'Could not load ECS service information for cluster: cl, service: svc.', group()],
  ['InvalidECSServiceException', 'Server Deployment Groups should not define', group({ applicationName: 'servers' })],
  ['DeploymentIdRequiredException', '', new GetDeploymentCommand({ deploymentId: ABSENT })],
  [
    'InvalidDeploymentIdException',
    'Specified DeploymentId is not in the valid format: d-1',
    new GetDeploymentCommand({ deploymentId: 'd-1' }),
  ],
  ['DeploymentDoesNotExistException', 'd-AAAAAAAAA', new StopDeploymentCommand({ deploymentId: 'd-AAAAAAAAA' })],
  ['DeploymentIdRequiredException', '', new PutLifecycleEventHookExecutionStatusCommand({})],
  ['DeploymentGroupNameRequiredException', '', new CreateDeploymentCommand({ applicationName: 'app' })],
  ['DeploymentGroupNameRequiredException', '', new ListDeploymentsCommand({ applicationName: 'app' })],
  [
    'InvalidDeploymentStatusException',
    '',
    new ListDeploymentsCommand({ includeOnlyStatuses: ['Gone' as 'Succeeded'] }),
  ],
  [
    'InvalidRevisionException',
    'The AppSpec file must have version',
    new RegisterApplicationRevisionCommand({
      applicationName: 'app',
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content: '{}' } },
    }),
  ],
  [
    'InvalidRevisionException',
    "The bundleType must be YAML or JSON for ECS, found 'zip'",
    new RegisterApplicationRevisionCommand({
      applicationName: 'app',
      revision: { revisionType: 'S3', s3Location: { bucket: 'b', key: 'k', bundleType: 'zip' } },
    }),
  ],
] as const;

it.each(REFUSED.map((row, index) => [index, ...row] as const))(
  'refuses request %i with %s: %s',
  async (_index, name, words, command) => {
    const refusal: unknown = await teal.codedeploy.send(command as GetDeploymentCommand).catch((e: unknown) => e);

    expect(refusal).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect((refusal as Error).message).toContain(words);
  },
);
