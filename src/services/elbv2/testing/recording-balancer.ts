import type {
  Balancer,
  BalancerConfig,
  BalancerObservation,
  TargetHealthState,
  TargetObservation,
} from '../../../drivers/balancers/balancer.ts';
import { noTraffic, untouched } from '../../../drivers/balancers/counts.ts';

/** A balancer for this service's tests: takes configs when told to, and sees what it is told to see. */
export interface RecordingBalancer extends Balancer {
  readonly applied: BalancerConfig[];
  /** Until the returned function is called, configs are neither taken nor acknowledged. */
  hold(): () => void;
  /** The next configs are refused, until `undefined` is given. */
  failWith(error: Error | undefined): void;
  see(key: string, seen: Partial<Omit<TargetObservation, 'key'>>): void;
  bind(port: number, boundPort: number): void;
  latest(): BalancerConfig;
}

const EMPTY: BalancerConfig = { epoch: 0, listeners: [], targetGroups: [] };

export function recordingBalancer(first: BalancerConfig = EMPTY): RecordingBalancer {
  const applied: BalancerConfig[] = [];
  const seen = new Map<string, Partial<TargetObservation>>();
  const ports = new Map<number, number>();
  let gate: Promise<void> = Promise.resolve();
  let failure: Error | undefined;
  let current = first;

  const observe = (): BalancerObservation => ({
    epoch: current.epoch,
    listeners: current.listeners.map(({ arn, port }) => ({
      arn,
      boundPort: ports.get(port) ?? port,
      ...(ports.has(port) && { note: 'permission denied' }),
    })),
    targetGroups: current.targetGroups.map((group) => ({
      arn: group.arn,
      targets: group.targets.map(({ key, draining }) => ({
        key,
        health: stateOf(group.inUse, draining),
        inFlight: 0,
        ...seen.get(key),
      })),
      ...noTraffic(),
    })),
    loadBalancers: [...new Set(current.listeners.map(({ loadBalancer }) => loadBalancer))].map(untouched),
  });
  return {
    name: 'embedded',
    about: { version: 'recording', lacks: [] },
    applied,
    async apply(config) {
      applied.push(config);
      await gate;
      if (failure) throw failure;
      if (config.epoch > current.epoch) current = config;
      return observe();
    },
    observe: async () => observe(),
    close: async () => undefined,
    hold() {
      let open = (): void => undefined;
      gate = new Promise((resolve) => (open = resolve));
      return () => open();
    },
    failWith(error) {
      failure = error;
    },
    see: (key, what) => seen.set(key, what),
    bind: (port, boundPort) => ports.set(port, boundPort),
    latest: () => current,
  };
}

const stateOf = (inUse: boolean, draining: boolean): TargetHealthState => {
  if (draining) return 'draining';
  return inUse ? 'initial' : 'unused';
};
