import { GetDeploymentCommand, ListDeploymentsCommand } from '@aws-sdk/client-codedeploy';
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { DemoClients, Network } from '../../src/cli/demo/clients.ts';
import { buildStack, NAMES, registerTaskDefinition, release } from '../../src/cli/demo/stack.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { untilAnswered } from './fleet.ts';
import { begun, trafficTo, versions, type Shifted } from './shifted.ts';

/** The demo's. */
const PRODUCTION = 80;
const ENDED = ['Succeeded', 'Failed', 'Stopped'];

/** The demo's service, that CodeDeploy deploys as canaries with hooks; one release at a time. */
export async function shiftedByCodeDeploy(clients: DemoClients, network: Network, image: string): Promise<Shifted> {
  const container = versions(image);
  const stack = await buildStack(clients, network, systemClock(), () => undefined, container);
  const { elbv2, codedeploy } = clients;
  // The only load balancer so far.
  const { LoadBalancers: [balancer] = [] } = await elbv2.send(new DescribeLoadBalancersCommand({}));
  const LoadBalancerArn = balancer?.LoadBalancerArn;
  const { TargetGroups = [] } = await elbv2.send(new DescribeTargetGroupsCommand({ LoadBalancerArn }));
  const groups = TargetGroups.map(({ TargetGroupArn = '' }) => TargetGroupArn);
  const { Listeners = [] } = await elbv2.send(new DescribeListenersCommand({ LoadBalancerArn }));
  const listener = Listeners.find(({ Port }) => Port === PRODUCTION)?.ListenerArn ?? '';
  const wanted = new Map<string, string>();
  return {
    cluster: NAMES.cluster,
    service: NAMES.service,
    clients,
    traffic: trafficTo(stack.productionUrl),
    groups,
    desiredCount: 2,
    async release(version) {
      const taskDefinition = await untilAnswered(() => registerTaskDefinition(clients, container(version, true)));
      return begun(
        async () => wanted.set(await release(clients, taskDefinition), taskDefinition),
        (name) => name === 'DeploymentLimitExceededException',
      );
    },
    async releases() {
      const { deployments = [] } = await codedeploy.send(
        new ListDeploymentsCommand({ applicationName: NAMES.application, deploymentGroupName: NAMES.group }),
      );
      const all = [];
      for (const deploymentId of deployments)
        all.push((await codedeploy.send(new GetDeploymentCommand({ deploymentId }))).deploymentInfo);
      const underWay = all.filter((one) => !ENDED.includes(one?.status ?? ''));
      const [last] = all;
      return {
        underWay: underWay.map((one) => `${one?.deploymentId} is ${one?.status}`),
        taskDefinition: last?.status === 'Succeeded' ? wanted.get(last.deploymentId ?? '') : undefined,
      };
    },
    async production() {
      const describe = new DescribeListenersCommand({ ListenerArns: [listener] });
      return (await elbv2.send(describe)).Listeners?.[0]?.DefaultActions?.at(-1);
    },
  };
}
