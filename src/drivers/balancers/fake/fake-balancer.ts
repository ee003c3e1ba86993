import type {
  Balancer,
  BalancerConfig,
  BalancerObservation,
  TargetConfig,
  TargetGroupConfig,
  TargetObservation,
} from '../balancer.ts';
import { noTraffic, untouched } from '../counts.ts';

/** What the fake says of a target beyond what its config decides. */
export type FakeTargetState = Partial<Omit<TargetObservation, 'key'>>;

/** A balancer in memory that carries no traffic; targets are healthy unless it is told otherwise. */
export interface FakeBalancer extends Balancer {
  readonly config: BalancerConfig;
  /** Every config applied, the oldest first. */
  readonly applied: readonly BalancerConfig[];
  setTarget(targetGroupArn: string, key: string, state: FakeTargetState): void;
}

const NOTHING: BalancerConfig = { epoch: 0, listeners: [], targetGroups: [] };

/** @param onChange - called after each config that changes something and each `setTarget` */
export function createFakeBalancer(onChange: () => void = () => undefined): FakeBalancer {
  const applied: BalancerConfig[] = [];
  const states = new Map<string, FakeTargetState>();
  const current = () => applied.at(-1) ?? NOTHING;
  const observe = (): BalancerObservation => ({
    epoch: current().epoch,
    listeners: current().listeners.map(({ arn, port }) => ({ arn, boundPort: port })),
    targetGroups: current().targetGroups.map((group) => ({
      arn: group.arn,
      targets: group.targets.map((target) => observeTarget(group, target, states.get(`${group.arn} ${target.key}`))),
      ...noTraffic(),
    })),
    loadBalancers: [...new Set(current().listeners.map(({ loadBalancer }) => loadBalancer))].map(untouched),
  });
  return {
    name: 'embedded',
    about: { version: 'fake', lacks: [] },
    get config() {
      return current();
    },
    applied,
    setTarget(targetGroupArn, key, state) {
      states.set(`${targetGroupArn} ${key}`, state);
      onChange();
    },
    async apply(config) {
      if (config.epoch >= current().epoch) {
        applied.push(config);
        onChange();
      }
      return observe();
    },
    observe: async () => observe(),
    close: async () => undefined,
  };
}

function observeTarget(
  group: TargetGroupConfig,
  { key, draining }: TargetConfig,
  state: FakeTargetState = {},
): TargetObservation {
  const inFlight = state.inFlight ?? 0;
  if (draining) return { key, health: 'draining', reason: 'Target.DeregistrationInProgress', inFlight };
  if (!group.inUse) return { key, health: 'unused', reason: 'Target.NotInUse', inFlight };
  if (!group.healthCheck.enabled) return { key, health: 'unavailable', reason: 'Target.HealthCheckDisabled', inFlight };
  return { key, health: 'healthy', inFlight: 0, ...state };
}
