import type { Target, TargetHealth, Targets } from '../../aws/targets.ts';

/** A load balancer in memory, and the levers a test pulls. */
export interface FakeTargets extends Targets {
  /** `register 127.0.0.1:8080` and so on, in order. */
  readonly calls: readonly string[];
  /** Targets of every group, with their state. */
  list(targetGroupArn: string): readonly TargetHealth[];
  setHealth(targetGroupArn: string, state: TargetHealth['state'], description?: string): void;
  /** Ends the draining of every target. */
  finishDraining(): void;
}

export interface FakeTargetsOptions {
  readonly groups: readonly string[];
  readonly targetType?: string;
  /** `false`: a deregistered target drains until `finishDraining`. */
  readonly drainsAlone?: boolean;
  readonly firstHealth?: TargetHealth['state'];
}

export function createFakeTargets(options: FakeTargetsOptions): FakeTargets {
  const groups = new Map(options.groups.map((arn) => [arn, new Map<string, TargetHealth>()] as const));
  const calls: string[] = [];
  const key = ({ id, port }: Target): string => `${id}:${port}`;
  return {
    calls,
    describe: async (_scope, arn) =>
      groups.has(arn) ? { arn, targetType: options.targetType ?? 'ip', hasLoadBalancer: true } : undefined,
    weights: async () => undefined,
    async register(_scope, arn, { id, port }) {
      calls.push(`register ${id}:${port}`);
      groups.get(arn)?.set(key({ id, port }), { id, port, state: options.firstHealth ?? 'healthy' });
      return groups.has(arn) ? 'registered' : 'missing';
    },
    async deregister(_scope, arn, target) {
      calls.push(`deregister ${key(target)}`);
      const known = groups.get(arn)?.get(key(target));
      if (!known) return;
      if (options.drainsAlone === false) groups.get(arn)?.set(key(target), { ...known, state: 'draining' });
      else groups.get(arn)?.delete(key(target));
    },
    health: async (_scope, arn) => [...(groups.get(arn)?.values() ?? [])],
    list: (arn) => [...(groups.get(arn)?.values() ?? [])],
    setHealth(arn, state, description) {
      for (const [name, target] of groups.get(arn) ?? [])
        groups.get(arn)?.set(name, { ...target, state, ...(description !== undefined && { description }) });
    },
    finishDraining() {
      for (const group of groups.values())
        for (const [name, { state }] of group) if (state === 'draining') group.delete(name);
    },
  };
}
