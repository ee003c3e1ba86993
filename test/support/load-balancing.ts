import { DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { DemoClients } from '../../src/cli/demo/clients.ts';

export async function targetGroupArn({ elbv2 }: DemoClients, name: string): Promise<string> {
  const { TargetGroups } = await elbv2.send(new DescribeTargetGroupsCommand({ Names: [name] }));
  return required(TargetGroups?.[0]?.TargetGroupArn, `target group ${name}`);
}

export async function loadBalancerArn({ elbv2 }: DemoClients, name: string): Promise<string> {
  const { LoadBalancers } = await elbv2.send(new DescribeLoadBalancersCommand({ Names: [name] }));
  return required(LoadBalancers?.[0]?.LoadBalancerArn, `load balancer ${name}`);
}

function required(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
