import {
  CreateServiceCommand,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { DescribeRulesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TestClients } from '../../test/support/aws.ts';
import { elbStack, forwardTo } from '../../test/support/elb-stack.ts';
import { CLUSTER, untilAnswered } from './fleet.ts';
import { begun, trafficTo, versions, type Shifted } from './shifted.ts';

const SERVICE = 'shifted';
/** Nothing else listens in the namespace but what Teal makes. */
const FIRST_PORT = 9000;
const ROLE = 'arn:aws:iam::000000000000:role/ecs';
const ENDED = ['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'];

/** A service that ECS itself deploys as canaries; each release supersedes the one that is under way. */
export async function shiftedByEcs(clients: TestClients, image: string): Promise<Shifted> {
  const { ecs, elbv2 } = clients;
  const container = versions(image);
  const define = async (version: string): Promise<string> => {
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: SERVICE,
        networkMode: 'awsvpc',
        containerDefinitions: [container(version, true)],
      }),
    );
    return taskDefinition?.taskDefinitionArn ?? '';
  };
  const stack = await elbStack(clients, FIRST_PORT);
  const checks = { HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5 };
  const [blue, green] = [await stack.group(checks), await stack.group(checks)];
  const balancer = await stack.balancer();
  const [production, test] = [
    await stack.listener(balancer, forwardTo(blue)),
    await stack.listener(balancer, forwardTo(blue)),
  ];
  const ruleOf = async (listener: string) =>
    (await elbv2.send(new DescribeRulesCommand({ ListenerArn: listener }))).Rules?.find(({ IsDefault }) => IsDefault);
  let wished = await define('v0');
  await ecs.send(
    new CreateServiceCommand({
      cluster: CLUSTER,
      serviceName: SERVICE,
      taskDefinition: wished,
      desiredCount: 2,
      networkConfiguration: { awsvpcConfiguration: { subnets: [...stack.subnets] } },
      loadBalancers: [
        {
          targetGroupArn: blue,
          containerName: 'web',
          containerPort: 8080,
          advancedConfiguration: {
            alternateTargetGroupArn: green,
            productionListenerRule: (await ruleOf(production))?.RuleArn,
            testListenerRule: (await ruleOf(test))?.RuleArn,
            roleArn: ROLE,
          },
        },
      ],
      deploymentConfiguration: {
        strategy: 'CANARY',
        bakeTimeInMinutes: 3,
        canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 3 },
      },
    }),
  );
  return {
    cluster: CLUSTER,
    service: SERVICE,
    clients,
    traffic: trafficTo(`http://127.0.0.1:${await stack.boundPort(production)}`),
    groups: [blue, green],
    desiredCount: 2,
    async release(version) {
      const taskDefinition = await untilAnswered(() => define(version));
      const update = new UpdateServiceCommand({ cluster: CLUSTER, service: SERVICE, taskDefinition });
      const isBegun = await begun(
        () => ecs.send(update),
        () => false,
      );
      wished = taskDefinition;
      return isBegun;
    },
    async releases() {
      const list = new ListServiceDeploymentsCommand({ cluster: CLUSTER, service: SERVICE, maxResults: 100 });
      const { serviceDeployments = [] } = await ecs.send(list);
      const underWay = serviceDeployments.filter(({ status = '' }) => !ENDED.includes(status));
      // It goes back when its tasks were not steady in time: a long absence of the Engine is one of the reasons.
      const isWhole = serviceDeployments[0]?.status === 'SUCCESSFUL';
      return {
        underWay: underWay.map((one) => `${one.serviceDeploymentArn} is ${one.status}`),
        taskDefinition: isWhole || underWay.length > 0 ? wished : undefined,
      };
    },
    production: async () => (await ruleOf(production))?.Actions?.at(-1),
  };
}
