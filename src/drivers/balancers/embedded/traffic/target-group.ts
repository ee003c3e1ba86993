import type { TargetConfig, TargetGroupConfig, TargetGroupObservation, TargetObservation } from '../../balancer.ts';
import type { PickedTarget } from './choice.ts';
import { createConnector } from './connectors.ts';
import { GroupCounts } from './group-counts.ts';
import { HealthWatch } from './health-watch.ts';
import { asSeen, FIXED, type Health } from './target-health.ts';
import { TargetPicker } from './target-picker.ts';
import { Target } from './target.ts';

interface Member {
  readonly target: Target;
  watch: HealthWatch | undefined;
  wasHealthy: boolean;
  /** Whether it starts slowly when it becomes healthy: the first targets of a group have nobody to take their turns. */
  startsSlowly: boolean;
}

/** A target group: its targets with their health, who gets the next request, and what was counted. */
export class TargetGroup {
  readonly arn: string;
  readonly counts = new GroupCounts();
  #config: TargetGroupConfig;
  readonly #members = new Map<string, Member>();
  readonly #inherited = new Map<string, TargetObservation>();
  readonly #changed: () => void;
  readonly #connect: typeof createConnector;
  readonly #picker = new TargetPicker();

  constructor(config: TargetGroupConfig, changed: () => void, connect = createConnector) {
    this.arn = config.arn;
    this.#config = config;
    this.#changed = changed;
    this.#connect = connect;
  }

  /** Health that targets begin with where another process has checked them before. */
  inherit(targets: readonly TargetObservation[]): void {
    for (const target of targets) this.#inherited.set(target.key, target);
  }

  /** Takes the wished targets over; those that vanished lose their connections at `removeOld`. */
  apply(config: TargetGroupConfig): void {
    this.#config = config;
    const ready = this.#healthy().some(({ target }) => !target.startsSlowly);
    for (const wanted of config.targets) this.#applyTarget(wanted, ready);
    this.#reroute();
  }

  /** Cuts what is no longer in the config, once nothing is routed there. */
  removeOld(): void {
    const wanted = new Map(this.#config.targets.map((target) => [target.key, target]));
    for (const [key, member] of this.#members) if (!wanted.has(key)) this.#remove(key, member);
    this.#reroute();
  }

  close(): void {
    for (const [key, member] of this.#members) this.#remove(key, member);
    this.#reroute();
  }

  get protocol(): TargetGroupConfig['protocol'] {
    return this.#config.protocol;
  }

  get version(): TargetGroupConfig['version'] {
    return this.#config.version;
  }

  get stickiness(): TargetGroupConfig['stickiness'] {
    return this.#config.stickiness;
  }

  /** The next target by the group's algorithm, among those that may have requests. */
  pick(): Target | undefined {
    return this.#picker.pick();
  }

  /** A target not tried yet, for a request whose connection failed. */
  another(tried: ReadonlySet<PickedTarget>): Target | undefined {
    return this.#picker.another(tried);
  }

  /** The target of a key, if it may have requests. */
  find(key: string): Target | undefined {
    const target = this.#members.get(key)?.target;
    return target && this.#picker.has(target) ? target : undefined;
  }

  isRoutable(target: PickedTarget): boolean {
    return this.#picker.has(target);
  }

  observe(): TargetGroupObservation {
    const targets = this.#config.targets.flatMap(({ key }) => {
      const member = this.#members.get(key);
      return member ? [{ key, ...this.#healthOf(member), inFlight: member.target.inFlight }] : [];
    });
    return { arn: this.arn, targets, ...this.counts.observe() };
  }

  #applyTarget(wanted: TargetConfig, startsSlowly: boolean): void {
    let member = this.#members.get(wanted.key);
    if (member && (member.target.host !== wanted.host || member.target.port !== wanted.port)) {
      this.#remove(wanted.key, member);
      member = undefined;
    }
    if (!member) {
      const target = new Target(wanted, this.#config, this.#connect, this.#changed);
      member = { target, watch: undefined, wasHealthy: false, startsSlowly };
      this.#members.set(wanted.key, member);
    }
    member.target.drain(wanted.draining, wanted.drainBy);
    this.#watch(member);
  }

  #watch(member: Member): void {
    const watched = this.#config.inUse && this.#config.healthCheck.enabled && !member.target.draining;
    if (watched === (member.watch !== undefined)) return;
    member.watch?.close();
    const { version } = this.#config;
    const { host, port } = member.target;
    const checked = () => {
      this.#reroute();
      this.#changed();
    };
    const check = () => this.#config.healthCheck;
    member.watch = watched ? new HealthWatch({ host, port, version }, check, checked, this.#known(member)) : undefined;
  }

  /** What was inherited counts once: a target that is watched anew later begins anew. */
  #known({ target }: Member): Health | undefined {
    const seen = this.#inherited.get(target.key);
    this.#inherited.delete(target.key);
    return seen && asSeen(seen, Date.now());
  }

  #remove(key: string, member: Member): void {
    this.#members.delete(key);
    member.watch?.close();
    member.target.remove();
  }

  #healthy(): Member[] {
    return [...this.#members.values()].filter(
      ({ target, watch }) => !target.draining && (watch === undefined || watch.health.state === 'healthy'),
    );
  }

  /** Too few healthy targets would be overrun: then every registered one gets requests, whatever its health. */
  #reroute(): void {
    const { minimumHealthy, algorithm } = this.#config;
    const registered = [...this.#members.values()].filter(({ target }) => !target.draining);
    const healthy = this.#healthy();
    this.#warmUp(new Set(healthy));
    const share = (100 * healthy.length) / Math.max(1, registered.length);
    const tooFew = healthy.length < minimumHealthy.count || share < (minimumHealthy.percentage ?? 0);
    const routed = tooFew || healthy.length === 0 ? registered : healthy;
    this.#picker.route(
      routed.map(({ target }) => target),
      algorithm,
    );
  }

  /** Source: ELB User Guide, slow start mode. */
  #warmUp(healthy: ReadonlySet<Member>): void {
    for (const member of this.#members.values()) {
      const { target, wasHealthy } = member;
      member.wasHealthy = healthy.has(member);
      if (member.wasHealthy === wasHealthy) continue;
      if (!member.wasHealthy) member.startsSlowly = true;
      const relieved = [...healthy].some((other) => other !== member && other.wasHealthy && !other.target.startsSlowly);
      target.startSlowly(member.wasHealthy && member.startsSlowly && relieved ? this.#config.slowStart : 0);
    }
  }

  #healthOf({ target, watch }: Member): Pick<TargetObservation, 'health' | 'reason' | 'description'> {
    if (target.draining) return FIXED.draining;
    if (!this.#config.inUse) return FIXED.unused;
    if (!watch) return FIXED.unavailable;
    const { state, reason, description } = watch.health;
    return {
      health: state,
      ...(reason === undefined ? {} : { reason }),
      ...(description === undefined ? {} : { description }),
    };
  }
}
