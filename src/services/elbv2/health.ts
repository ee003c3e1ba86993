import type { Store } from '../../store/store.ts';
import { readWish, type BalancerLink } from './balancer-link.ts';
import { usedGroups } from './balancer-config.ts';
import { targetHealth } from './target-health.ts';

export interface BalancerHealth {
  /** Of the config that the store describes, and of the one that carries traffic. */
  readonly epoch: number;
  readonly appliedEpoch: number;
  readonly listeners: readonly {
    readonly arn: string;
    readonly dnsName: string;
    readonly port: number;
    /** Missing while the balancer has not said. */
    readonly boundPort?: number;
    readonly note?: string;
  }[];
  /** How many targets are in each state. */
  readonly targets: Readonly<Record<string, number>>;
}

/** What carries traffic now, for Teal's own health page. */
export async function balancerHealth(store: Store, link: BalancerLink): Promise<BalancerHealth> {
  const wish = await store.transaction(readWish);
  const observation = await link.observe();
  const used = usedGroups(wish.listeners, wish.rules);
  const dnsNames = new Map(wish.loadBalancers.map(({ arn, dnsName }) => [arn, dnsName]));
  const targets: Record<string, number> = {};
  for (const target of wish.targets) {
    const { state } = targetHealth(target, used.has(target.targetGroupArn), observation);
    targets[state] = (targets[state] ?? 0) + 1;
  }
  return {
    epoch: wish.epoch,
    appliedEpoch: observation.epoch,
    listeners: wish.listeners.map(({ arn, port, loadBalancerArn }) => {
      const seen = observation.listeners.find((listener) => listener.arn === arn);
      const { boundPort, note } = seen ?? {};
      return {
        arn,
        dnsName: dnsNames.get(loadBalancerArn) ?? '',
        port,
        ...(boundPort !== undefined && { boundPort }),
        ...(note !== undefined && { note }),
      };
    }),
    targets,
  };
}
