import type { Balancing } from './balancing.ts';

export const SUBNETS = ['subnet-0000000000000000a', 'subnet-0000000000000000b'];
export const VPC = 'vpc-00000000000000001';

export interface Stack {
  readonly loadBalancer: string;
  readonly blue: string;
  readonly green: string;
  /** On port 8080, all to blue. */
  readonly listener: string;
}

/** The ARN of the only thing in a list of an answer. */
export function arnOf(answer: Record<string, unknown>, list: string, member: string): string {
  const [first] = answer[list] as Record<string, string>[];
  return first?.[member] ?? '';
}

export async function createGroup({ call }: Balancing, name: string, more: object = {}): Promise<string> {
  const answer = await call('CreateTargetGroup', {
    Name: name,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: VPC,
    TargetType: 'ip',
    ...more,
  });
  return arnOf(answer, 'TargetGroups', 'TargetGroupArn');
}

export async function createBalancer({ call }: Balancing, name = 'web'): Promise<string> {
  return arnOf(await call('CreateLoadBalancer', { Name: name, Subnets: SUBNETS }), 'LoadBalancers', 'LoadBalancerArn');
}

export async function createListenerTo(
  { call }: Balancing,
  loadBalancer: string,
  group: string,
  port = 8080,
): Promise<string> {
  const answer = await call('CreateListener', {
    LoadBalancerArn: loadBalancer,
    Protocol: 'HTTP',
    Port: port,
    DefaultActions: [forward(group)],
  });
  return arnOf(answer, 'Listeners', 'ListenerArn');
}

export const forward = (group: string) => ({ Type: 'forward', TargetGroupArn: group });

export const weighted = (...groups: [arn: string, weight: number][]) => ({
  Type: 'forward',
  ForwardConfig: { TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
});

export async function buildStack(balancing: Balancing): Promise<Stack> {
  const loadBalancer = await createBalancer(balancing);
  const blue = await createGroup(balancing, 'blue');
  const green = await createGroup(balancing, 'green');
  return { loadBalancer, blue, green, listener: await createListenerTo(balancing, loadBalancer, blue) };
}

/** The states of the targets of a group, by `ID:PORT`. */
export async function states({ call }: Balancing, group: string, Targets?: object[]): Promise<Record<string, string>> {
  const answer = await call('DescribeTargetHealth', { TargetGroupArn: group, Targets });
  const described = answer['TargetHealthDescriptions'] as Description[];
  return Object.fromEntries(
    described.map(({ Target, TargetHealth }) => [
      `${Target.Id}:${Target.Port}`,
      [TargetHealth.State, TargetHealth.Reason].filter(Boolean).join(' '),
    ]),
  );
}

/** What is said of the health of a group's targets. */
export async function descriptions({ call }: Balancing, group: string): Promise<(string | undefined)[]> {
  const answer = await call('DescribeTargetHealth', { TargetGroupArn: group });
  return (answer['TargetHealthDescriptions'] as Description[]).map(({ TargetHealth }) => TargetHealth.Description);
}

interface Description {
  readonly Target: { readonly Id: string; readonly Port: number };
  readonly TargetHealth: { readonly State: string; readonly Reason?: string; readonly Description?: string };
}
