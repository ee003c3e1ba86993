import type { TargetConfig, TargetGroupConfig, TargetGroupObservation, TargetObservation } from '../../balancer.ts';
import { noTraffic } from '../../counts.ts';
import { HealthWatch } from './health-watch.ts';
import { FIXED } from './target-health.ts';
import { Target } from './target.ts';

interface Member {
  readonly target: Target;
  watch: HealthWatch | undefined;
}

/** A target group: its targets with their health, who gets the next request, and what was counted. */
export class TargetGroup {
  readonly arn: string;
  requests = 0;
  balancerErrors = 0;
  readonly responses = { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 };
  #config: TargetGroupConfig;
  readonly #members = new Map<string, Member>();
  readonly #changed: () => void;
  #routable: readonly Target[] = [];
  #turn = 0;

  constructor(config: TargetGroupConfig, changed: () => void) {
    this.arn = config.arn;
    this.#config = config;
    this.#changed = changed;
  }

  /** Takes the wished targets over; those that vanished lose their connections at `removeOld`. */
  apply(config: TargetGroupConfig): void {
    this.#config = config;
    for (const wanted of config.targets) this.#applyTarget(wanted);
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
    this.#routable = [];
  }

  /** The next target in turn, among the healthy or, when none is, among all that do not drain. */
  pick(): Target | undefined {
    const count = this.#routable.length;
    if (count === 0) return undefined;
    this.#turn = (this.#turn + 1) % count;
    return this.#routable[this.#turn];
  }

  /** A target not tried yet, for a request whose connection failed. */
  pickOther(tried: ReadonlySet<Target>): Target | undefined {
    for (let step = 0; step < this.#routable.length; step++) {
      const target = this.pick();
      if (target && !tried.has(target)) return target;
    }
    return undefined;
  }

  isRoutable(target: Target): boolean {
    return this.#routable.includes(target);
  }

  countAnswer(status: number): void {
    if (status < 300) this.responses['2xx'] += 1;
    else if (status < 400) this.responses['3xx'] += 1;
    else if (status < 500) this.responses['4xx'] += 1;
    else this.responses['5xx'] += 1;
  }

  observe(): TargetGroupObservation {
    const targets = this.#config.targets.flatMap(({ key }) => {
      const member = this.#members.get(key);
      return member ? [{ key, ...this.#healthOf(member), inFlight: member.target.inFlight }] : [];
    });
    const { arn, requests, balancerErrors } = this;
    return { arn, targets, ...noTraffic(), requests, responses: { ...this.responses }, balancerErrors };
  }

  #applyTarget(wanted: TargetConfig): void {
    let member = this.#members.get(wanted.key);
    if (member && (member.target.host !== wanted.host || member.target.port !== wanted.port)) {
      this.#remove(wanted.key, member);
      member = undefined;
    }
    if (!member) {
      member = { target: new Target(wanted, this.#changed), watch: undefined };
      this.#members.set(wanted.key, member);
    }
    member.target.drain(wanted.draining, wanted.drainBy);
    this.#watch(member);
  }

  #watch(member: Member): void {
    const watched = this.#config.inUse && this.#config.healthCheck.enabled && !member.target.draining;
    if (watched === (member.watch !== undefined)) return;
    member.watch?.close();
    const checked = () => {
      this.#reroute();
      this.#changed();
    };
    member.watch = watched ? new HealthWatch(member.target, () => this.#config.healthCheck, checked) : undefined;
  }

  #remove(key: string, member: Member): void {
    this.#members.delete(key);
    member.watch?.close();
    member.target.remove();
  }

  #reroute(): void {
    const open = [...this.#members.values()].filter(({ target }) => !target.draining);
    const healthy = open.filter(({ watch }) => (watch ? watch.health.state === 'healthy' : true));
    this.#routable = (healthy.length > 0 ? healthy : open).map(({ target }) => target);
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
