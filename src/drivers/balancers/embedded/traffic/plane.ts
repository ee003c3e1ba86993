import type { BalancerConfig, BalancerObservation } from '../../balancer.ts';
import type { Fronts } from './fronts.ts';
import { compileListener, type RoutingTable } from './routing.ts';
import { TargetGroup } from './target-group.ts';

/** Everything that carries traffic in this process. */
export class Plane {
  readonly #fronts: Fronts;
  readonly #changed: () => void;
  readonly #groups = new Map<string, TargetGroup>();
  #order: readonly string[] = [];
  #tables: readonly RoutingTable[] = [];
  #epoch = 0;
  #applying: Promise<void> = Promise.resolve();
  #inherited: BalancerObservation | undefined;

  constructor(fronts: Fronts, changed: () => void) {
    this.#fronts = fronts;
    this.#changed = changed;
  }

  /** What another process saw of targets: in the first config their health begins with it. */
  inherit(observation: BalancerObservation): void {
    this.#inherited = observation;
  }

  /** Configs are applied one after the other; resolves once no request is routed by an older one. */
  apply(config: BalancerConfig): Promise<void> {
    const applied = this.#applying.then(() => this.#apply(config));
    this.#applying = applied.catch(() => undefined);
    return applied;
  }

  observe(): BalancerObservation {
    const targetGroups = this.#order.flatMap((arn) => this.#groups.get(arn)?.observe() ?? []);
    return { epoch: this.#epoch, listeners: this.#fronts.observe(this.#tables), targetGroups, loadBalancers: [] };
  }

  close(): void {
    this.#fronts.close();
    for (const group of this.#groups.values()) group.close();
  }

  /** The order matters: new targets are there before a rule names them, old ones leave when no rule does. */
  async #apply(config: BalancerConfig): Promise<void> {
    this.#order = config.targetGroups.map(({ arn }) => arn);
    for (const wanted of config.targetGroups) {
      const group = this.#groups.get(wanted.arn) ?? new TargetGroup(wanted, this.#changed);
      const seen = this.#inherited?.targetGroups.find(({ arn }) => arn === wanted.arn);
      if (seen) group.inherit(seen.targets);
      this.#groups.set(wanted.arn, group);
      group.apply(wanted);
    }
    this.#inherited = undefined;
    this.#tables = config.listeners.map((listener) => compileListener(listener, (arn) => this.#groups.get(arn)));
    const fronts = this.#fronts.apply(this.#tables);
    this.#removeOld();
    await fronts;
    this.#epoch = config.epoch;
  }

  #removeOld(): void {
    const kept = new Set(this.#order);
    for (const [arn, group] of this.#groups) {
      if (kept.has(arn)) {
        group.removeOld();
        continue;
      }
      group.close();
      this.#groups.delete(arn);
    }
  }
}
