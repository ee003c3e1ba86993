import {
  CreateApplicationCommand,
  CreateDeploymentConfigCommand,
  CreateDeploymentGroupCommand,
  type DeploymentReadyOption,
  type TrafficRoutingConfig,
  UpdateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  type TaskSet,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTagsCommand,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { type DemoClients, defaultNetwork, demoClients, type Network } from '../../src/cli/demo/clients.ts';
import { sampleHookZip } from '../../src/cli/demo/sample-hook.ts';
import { eventually } from './eventually.ts';
import { freePort } from '../support.ts';

const CLUSTER = 'chaos';
const APPLICATION = 'chaos';

/**
 * Answers within 30 ms, and ends the moment it is told to, as many programs do: whoever tells it before it has drained
 * loses a request. Broken, it never passes a health check.
 */
const PROGRAM = `
const { createServer } = require('node:http');
const { PORT, HOST, SERVICE, VERSION, BROKEN } = process.env;
createServer((request, response) => {
  setTimeout(() => {
    response.writeHead(BROKEN === 'yes' ? 500 : 200, { 'x-service': SERVICE, 'x-version': VERSION });
    response.end('hello\\n');
  }, request.url === '/health' ? 0 : Math.random() * 30);
}).listen(Number(PORT), HOST);
process.on('SIGTERM', () => process.exit(0));
`;

/** One service with its listeners and its deployment group. */
export interface Service {
  readonly name: string;
  /** How many tasks it has; one or two. */
  readonly tasks: number;
  readonly productionUrl: string;
  readonly listenerArn: string;
  /** Target group ARNs. */
  readonly groups: readonly [string, string];
}

export interface World {
  readonly clients: DemoClients;
  readonly services: readonly Service[];
}

export const CONFIGS: Readonly<Record<'canary' | 'linear', TrafficRoutingConfig>> = {
  canary: { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage: 20, canaryInterval: 1 } },
  linear: { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage: 34, linearInterval: 1 } },
};

/** Builds the services, all under one application, and waits until each answers. */
export async function buildWorld(endpoint: string, count: number): Promise<World> {
  const clients = demoClients(endpoint);
  const network = await defaultNetwork(endpoint);
  await clients.ecs.send(new CreateClusterCommand({ clusterName: CLUSTER }));
  await clients.codedeploy.send(new CreateApplicationCommand({ applicationName: APPLICATION, computePlatform: 'ECS' }));
  for (const [deploymentConfigName, trafficRoutingConfig] of Object.entries(CONFIGS))
    await clients.codedeploy.send(
      new CreateDeploymentConfigCommand({ deploymentConfigName, computePlatform: 'ECS', trafficRoutingConfig }),
    );
  const role = await createFunctions(clients, endpoint);
  const services = [];
  for (let number = 1; number <= count; number += 1)
    services.push(await buildService(clients, network, `service-${number}`, 1 + (number % 2), role));
  return { clients, services };
}

/** Hook functions: `pass` reports Succeeded; `fail` looks at a page that is not there and reports Failed. */
async function createFunctions(clients: DemoClients, endpoint: string): Promise<string> {
  const { Role } = await clients.iam.send(
    new CreateRoleCommand({ RoleName: 'chaos', AssumeRolePolicyDocument: JSON.stringify(TRUST) }),
  );
  const checks = { pass: {}, fail: { CHECK_URL: `${endpoint}/_teal/no-such-page` } };
  for (const [FunctionName, Variables] of Object.entries(checks))
    await clients.lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role: Role?.Arn,
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Timeout: 30,
        Code: { ZipFile: sampleHookZip() },
        Environment: { Variables },
      }),
    );
  return Role?.Arn ?? '';
}

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

async function buildService(
  clients: DemoClients,
  network: Network,
  name: string,
  tasks: number,
  role: string,
): Promise<Service> {
  const made = await clients.elbv2.send(new CreateLoadBalancerCommand({ Name: name, Subnets: network.subnets }));
  const balancer = made.LoadBalancers?.[0]?.LoadBalancerArn;
  const groups = [
    await createGroup(clients, network, `${name}-1`),
    await createGroup(clients, network, `${name}-2`),
  ] as const;
  const production = await createListener(clients, balancer, groups[0]);
  const test = await createListener(clients, balancer, groups[0]);
  await clients.ecs.send(
    new CreateServiceCommand({
      cluster: CLUSTER,
      serviceName: name,
      taskDefinition: await registerTask(clients, name, 'v0', false),
      desiredCount: tasks,
      deploymentController: { type: 'CODE_DEPLOY' },
      loadBalancers: [{ targetGroupArn: groups[0], containerName: 'web', containerPort: 8080 }],
      networkConfiguration: { awsvpcConfiguration: { subnets: network.subnets } },
    }),
  );
  const service = { name, tasks, productionUrl: production.url, listenerArn: production.arn, groups };
  await steady(clients, service);
  await clients.codedeploy.send(
    new CreateDeploymentGroupCommand({
      applicationName: APPLICATION,
      deploymentGroupName: name,
      serviceRoleArn: role,
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
      ecsServices: [{ clusterName: CLUSTER, serviceName: name }],
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
      blueGreenDeploymentConfiguration: waits({}),
      loadBalancerInfo: {
        targetGroupPairInfoList: [
          {
            targetGroups: [{ name: `${name}-1` }, { name: `${name}-2` }],
            prodTrafficRoute: { listenerArns: [production.arn] },
            testTrafficRoute: { listenerArns: [test.arn] },
          },
        ],
      },
    }),
  );
  return service;
}

async function createGroup({ elbv2 }: DemoClients, network: Network, Name: string): Promise<string> {
  const { TargetGroups } = await elbv2.send(
    new CreateTargetGroupCommand({
      Name,
      Protocol: 'HTTP',
      Port: 8080,
      VpcId: network.vpcId,
      TargetType: 'ip',
      HealthCheckPath: '/health',
      HealthCheckIntervalSeconds: 15,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 2,
    }),
  );
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
}

async function createListener({ elbv2 }: DemoClients, LoadBalancerArn: string | undefined, TargetGroupArn: string) {
  const Port = await freePort();
  const { Listeners } = await elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  );
  const arn = Listeners?.[0]?.ListenerArn ?? '';
  const { TagDescriptions } = await elbv2.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
  const bound = TagDescriptions?.[0]?.Tags?.find((tag) => tag.Key === 'teal:bound-port')?.Value ?? String(Port);
  return { arn, url: `http://127.0.0.1:${bound}` };
}

/** @returns the task definition's ARN */
export async function registerTask(
  { ecs }: DemoClients,
  service: string,
  version: string,
  broken: boolean,
): Promise<string> {
  const variables = { SERVICE: service, VERSION: version, BROKEN: broken ? 'yes' : 'no' };
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: service,
      networkMode: 'awsvpc',
      containerDefinitions: [
        {
          name: 'web',
          image: `chaos:${version}`,
          memory: 64,
          command: [process.execPath, '-e', PROGRAM],
          portMappings: [{ containerPort: 8080 }],
          environment: Object.entries(variables).map(([name, value]) => ({ name, value })),
        },
      ],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

const waits = ({ ready = false, terminationMinutes = 0 }) => {
  const gate: DeploymentReadyOption = ready
    ? { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 600 }
    : { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 };
  return {
    deploymentReadyOption: gate,
    terminateBlueInstancesOnDeploymentSuccess: {
      action: 'TERMINATE' as const,
      terminationWaitTimeInMinutes: terminationMinutes,
    },
  };
};

/** Sets the waits of a service's next deployments. */
export const setWaits = ({ clients }: World, { name }: Service, options: Parameters<typeof waits>[0]) =>
  clients.codedeploy.send(
    new UpdateDeploymentGroupCommand({
      applicationName: APPLICATION,
      currentDeploymentGroupName: name,
      blueGreenDeploymentConfiguration: waits(options),
    }),
  );

/** Where a deployment of the service is created. */
export const placeOf = ({ name }: Service) => ({ applicationName: APPLICATION, deploymentGroupName: name });

/** The service's task sets that do not drain, once the PRIMARY one is steady. */
export const steady = (clients: DemoClients, service: Pick<Service, 'name'>) =>
  eventually(`${service.name} to be steady`, async () => {
    const sets = await taskSets(clients, service);
    return sets.find((set) => set.status === 'PRIMARY')?.stabilityStatus === 'STEADY_STATE' ? sets : undefined;
  });

export async function taskSets({ ecs }: DemoClients, { name }: Pick<Service, 'name'>): Promise<TaskSet[]> {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: CLUSTER, services: [name] }));
  return services?.[0]?.taskSets?.filter((set) => set.status !== 'DRAINING') ?? [];
}

/** Sends all production traffic to the group of the PRIMARY task set, as a person does after a stop without rollback. */
export async function settleByHand({ clients }: World, service: Service): Promise<void> {
  const primary = (await taskSets(clients, service)).find((set) => set.status === 'PRIMARY');
  const live = primary?.loadBalancers?.[0]?.targetGroupArn;
  await clients.elbv2.send(
    new ModifyListenerCommand({
      ListenerArn: service.listenerArn,
      DefaultActions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: service.groups.map((arn) => ({ TargetGroupArn: arn, Weight: arn === live ? 100 : 0 })),
          },
        },
      ],
    }),
  );
}
