import {
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  type ContainerDefinition,
} from '@aws-sdk/client-ecs';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { seconds } from '../../kernel/span.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { DemoClients, Network } from './clients.ts';
import { createLoadBalancing } from './load-balancing.ts';
import { required } from './required.ts';
import { processContainer, type SampleContainer } from './sample-container.ts';
import { sampleHookZip } from './sample-hook.ts';

export const NAMES = {
  cluster: 'demo',
  service: 'web',
  application: 'AppECS-demo-web',
  group: 'DgpECS-demo-web',
  family: 'web',
};
export const HOOKS = [
  'BeforeInstall',
  'AfterInstall',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
];

/** Who may take the role on: CodeDeploy for deployments, Lambda for the hooks. */
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: ['codedeploy.amazonaws.com', 'lambda.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    },
  ],
};

export interface Stack {
  readonly productionUrl: string;
  readonly testUrl: string;
}

/** Builds everything a release needs, with the calls of AWS's own ECS blue/green tutorial. */
export async function buildStack(
  clients: DemoClients,
  network: Network,
  clock: Clock,
  say: (line: string) => void,
  container: SampleContainer = processContainer,
): Promise<Stack> {
  say('load balancer with a production and a test listener, two target groups');
  const { blue, green, listeners } = await createLoadBalancing(clients, network);
  const [production, test] = listeners;
  say(`production ${production.url}   test ${test.url}`);

  say('cluster, task definition web:1 (v1), service with the CODE_DEPLOY controller');
  await clients.ecs.send(new CreateClusterCommand({ clusterName: NAMES.cluster }));
  const taskDefinition = await registerTaskDefinition(clients, container('v1', true));
  await clients.ecs.send(
    new CreateServiceCommand({
      cluster: NAMES.cluster,
      serviceName: NAMES.service,
      taskDefinition,
      desiredCount: 2,
      deploymentController: { type: 'CODE_DEPLOY' },
      loadBalancers: [{ targetGroupArn: blue, containerName: 'web', containerPort: 8080 }],
      networkConfiguration: { awsvpcConfiguration: { subnets: network.subnets } },
    }),
  );
  await serviceSteady(clients, clock);

  say(`a Lambda function for each hook: ${HOOKS.join(', ')}`);
  const role = await clients.iam.send(
    new CreateRoleCommand({ RoleName: 'demo', AssumeRolePolicyDocument: JSON.stringify(TRUST) }),
  );
  const roleArn = role.Role?.Arn ?? '';
  const checks: Record<string, string> = {
    AfterAllowTestTraffic: test.url,
    AfterAllowTraffic: `${production.url}/checkout`,
  };
  for (const hook of HOOKS) await createHook(clients, hook, roleArn, checks[hook]);

  say(`CodeDeploy application ${NAMES.application} and deployment group ${NAMES.group}`);
  await clients.codedeploy.send(
    new CreateApplicationCommand({ applicationName: NAMES.application, computePlatform: 'ECS' }),
  );
  await clients.codedeploy.send(
    new CreateDeploymentGroupCommand({
      applicationName: NAMES.application,
      deploymentGroupName: NAMES.group,
      serviceRoleArn: roleArn,
      deploymentConfigName: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
      deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
      ecsServices: [{ clusterName: NAMES.cluster, serviceName: NAMES.service }],
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST'] },
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 },
        terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 5 },
      },
      loadBalancerInfo: {
        targetGroupPairInfoList: [
          {
            targetGroups: [{ name: groupName(blue) }, { name: groupName(green) }],
            prodTrafficRoute: { listenerArns: [production.arn] },
            testTrafficRoute: { listenerArns: [test.arn] },
          },
        ],
      },
    }),
  );
  return { productionUrl: production.url, testUrl: test.url };
}

/** Registers a revision of the sample service. @returns the task definition's ARN */
export async function registerTaskDefinition(clients: DemoClients, container: ContainerDefinition): Promise<string> {
  const { taskDefinition } = await clients.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: NAMES.family,
      networkMode: 'awsvpc',
      containerDefinitions: [container],
    }),
  );
  return required(taskDefinition?.taskDefinitionArn, 'taskDefinitionArn');
}

export interface ReleaseOptions {
  /** The group's own by default. */
  readonly config?: string | undefined;
  /** The events that have a hook; all five by default. */
  readonly hooks?: readonly string[];
}

/** Starts the release of a task definition. @returns the deployment's id */
export async function release(
  clients: DemoClients,
  taskDefinition: string,
  { config, hooks = HOOKS }: ReleaseOptions = {},
): Promise<string> {
  const content = JSON.stringify({
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: taskDefinition,
            LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 },
          },
        },
      },
    ],
    Hooks: hooks.map((hook) => ({ [hook]: functionName(hook) })),
  });
  const { deploymentId } = await clients.codedeploy.send(
    new CreateDeploymentCommand({
      applicationName: NAMES.application,
      deploymentGroupName: NAMES.group,
      ...(config === undefined ? {} : { deploymentConfigName: config }),
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
    }),
  );
  return required(deploymentId, 'deploymentId');
}

async function createHook(
  clients: DemoClients,
  hook: string,
  role: string,
  checkUrl: string | undefined,
): Promise<void> {
  await clients.lambda.send(
    new CreateFunctionCommand({
      FunctionName: functionName(hook),
      Role: role,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Timeout: 30,
      Code: { ZipFile: sampleHookZip() },
      Environment: { Variables: checkUrl === undefined ? {} : { CHECK_URL: checkUrl } },
    }),
  );
}

async function serviceSteady(clients: DemoClients, clock: Clock): Promise<void> {
  for (let tries = 0; tries < 1200; tries += 1) {
    const { services } = await clients.ecs.send(
      new DescribeServicesCommand({ cluster: NAMES.cluster, services: [NAMES.service] }),
    );
    if (services?.[0]?.taskSets?.[0]?.stabilityStatus === 'STEADY_STATE') return;
    await clock.sleep(seconds(0.1));
  }
  throw new Error(
    'the service was not steady after two minutes; see what `aws ecs describe-services` says of its events',
  );
}

const functionName = (hook: string): string => `CodeDeployHook_${hook}`;
const groupName = (arn: string): string => arn.split('/')[1] ?? '';
