import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTagsCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { DemoClients, Network } from './clients.ts';
import { required } from './required.ts';

/** A load balancer with a production and a test listener, and the two target groups that a release moves between. */
export async function createLoadBalancing(clients: DemoClients, network: Network) {
  const { elbv2 } = clients;
  const made = await elbv2.send(new CreateLoadBalancerCommand({ Name: 'demo', Subnets: network.subnets }));
  const balancer = required(made.LoadBalancers?.[0]?.LoadBalancerArn, 'LoadBalancerArn');
  const [blue, green] = [
    await createGroup(clients, 'demo-blue', network),
    await createGroup(clients, 'demo-green', network),
  ];
  const production = await createListener(clients, balancer, 80, blue);
  const test = await createListener(clients, balancer, 8080, blue);
  return { blue, green, listeners: [production, test] as const };
}

async function createGroup({ elbv2 }: DemoClients, name: string, network: Network): Promise<string> {
  const { TargetGroups } = await elbv2.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: 8080,
      VpcId: network.vpcId,
      TargetType: 'ip',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 5,
    }),
  );
  const arn = required(TargetGroups?.[0]?.TargetGroupArn, 'TargetGroupArn');
  await elbv2.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: arn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
    }),
  );
  return arn;
}

async function createListener({ elbv2 }: DemoClients, balancer: string, port: number, group: string) {
  const { Listeners } = await elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer,
      Protocol: 'HTTP',
      Port: port,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
    }),
  );
  const arn = required(Listeners?.[0]?.ListenerArn, 'ListenerArn');
  const { TagDescriptions } = await elbv2.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
  const bound = TagDescriptions?.[0]?.Tags?.find((tag) => tag.Key === 'teal:bound-port')?.Value ?? String(port);
  return { arn, url: `http://127.0.0.1:${bound}` };
}
