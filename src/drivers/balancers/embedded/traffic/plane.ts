import type { BalancerConfig, BalancerObservation } from '../../balancer.ts';
import type { RoutingTable } from './choice.ts';
import type { Fronts } from './fronts.ts';
import { LoadBalancerLedger } from './ledger.ts';
import { compileListener } from './routing.ts';
import { CookieSeal } from './stickiness/cookie-seal.ts';
import { TargetGroup } from './target-group.ts';

export interface PlaneOptions {
  readonly fronts: Fronts;
  /** The address that listeners bind. */
  readonly host: string;
  /** Of `cookieKey`. */
  readonly cookieKey: Buffer;
  /** Called whenever what is observed may have changed. */
  readonly changed: () => void;
}

/** Everything that carries traffic in this process. */
export class Plane {
  readonly #options: PlaneOptions;
  readonly #seal: CookieSeal;
  readonly #groups = new Map<string, TargetGroup>();
  readonly #ledgers = new Map<string, LoadBalancerLedger>();
  #tables: readonly RoutingTable[] = [];
  #order: readonly string[] = [];
  #epoch = 0;
  #applying: Promise<void> = Promise.resolve();
  #inherited: BalancerObservation | undefined;

  constructor(options: PlaneOptions) {
    this.#options = options;
    this.#seal = new CookieSeal(options.cookieKey);
  }

  /** What another process saw of targets: in the first config their health begins with it. */
  inherit(observation: BalancerObservation): void {
    this.#inherited = observation;
  }

  /**
   * Configs are applied one after the other; resolves once no request is routed by an older one.
   *
   * @throws {Error} when a rule cannot be compiled; then all is as before
   */
  apply(config: BalancerConfig): Promise<void> {
    const applied = this.#applying.then(() => this.#apply(config));
    this.#applying = applied.catch(() => undefined);
    return applied;
  }

  observe(): BalancerObservation {
    return {
      epoch: this.#epoch,
      listeners: this.#options.fronts.observe(this.#tables),
      targetGroups: this.#order.flatMap((arn) => this.#groups.get(arn)?.observe() ?? []),
      loadBalancers: [...this.#ledgers.values()].map((ledger) => ledger.observe()),
    };
  }

  /** Cuts everything; resolves when the access logs are whole. */
  async close(): Promise<void> {
    this.#options.fronts.close();
    for (const group of this.#groups.values()) group.close();
    await this.closeLogs();
  }

  /** Completes the access logs; nothing is logged any more. */
  async closeLogs(): Promise<void> {
    await Promise.all([...this.#ledgers.values()].map((ledger) => ledger.logTo(undefined)));
  }

  /** The order matters: new targets are there before a rule names them, old ones leave when no rule does. */
  async #apply(config: BalancerConfig): Promise<void> {
    const added = this.#addGroups(config);
    const tables = this.#compile(config, added);
    for (const [arn, group] of added) this.#groups.set(arn, group);
    for (const wanted of config.targetGroups) this.#groups.get(wanted.arn)?.apply(wanted);
    this.#order = config.targetGroups.map(({ arn }) => arn);
    this.#tables = tables;
    const fronts = this.#options.fronts.apply(tables);
    this.#removeOld(config);
    await fronts;
    this.#epoch = config.epoch;
  }

  #addGroups(config: BalancerConfig): ReadonlyMap<string, TargetGroup> {
    const added = new Map<string, TargetGroup>();
    for (const wanted of config.targetGroups) {
      if (this.#groups.has(wanted.arn)) continue;
      const group = new TargetGroup(wanted, this.#options.changed);
      group.inherit(this.#inherited?.targetGroups.find(({ arn }) => arn === wanted.arn)?.targets ?? []);
      added.set(wanted.arn, group);
    }
    this.#inherited = undefined;
    return added;
  }

  #compile(config: BalancerConfig, added: ReadonlyMap<string, TargetGroup>): readonly RoutingTable[] {
    const findGroup = (arn: string) => added.get(arn) ?? this.#groups.get(arn);
    return config.listeners.map((listener) => {
      const ledger = this.#ledgerOf(listener.loadBalancer);
      return compileListener(listener, findGroup, ledger, this.#seal);
    });
  }

  #ledgerOf(loadBalancer: string): LoadBalancerLedger {
    let ledger = this.#ledgers.get(loadBalancer);
    if (!ledger) {
      const findCounts = (arn: string) => this.#groups.get(arn)?.counts;
      ledger = new LoadBalancerLedger({ loadBalancer, address: this.#options.host, findCounts });
      this.#ledgers.set(loadBalancer, ledger);
    }
    return ledger;
  }

  #removeOld({ listeners, targetGroups }: BalancerConfig): void {
    const groups = new Set(targetGroups.map(({ arn }) => arn));
    for (const [arn, group] of this.#groups) {
      if (groups.has(arn)) {
        group.removeOld();
        continue;
      }
      group.close();
      this.#groups.delete(arn);
    }
    const logs = new Map(listeners.map(({ loadBalancer, accessLog }) => [loadBalancer, accessLog]));
    for (const [loadBalancer, ledger] of this.#ledgers) {
      void ledger.logTo(logs.get(loadBalancer));
      if (!logs.has(loadBalancer)) this.#ledgers.delete(loadBalancer);
    }
  }
}
