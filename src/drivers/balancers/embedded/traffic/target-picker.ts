import type { TargetGroupConfig } from '../../balancer.ts';
import type { PickedTarget } from './choice.ts';
import type { Target } from './target.ts';

/** Who gets the next request, of the targets that may have one. */
export class TargetPicker {
  #targets: readonly Target[] = [];
  #algorithm: TargetGroupConfig['algorithm'] = 'round_robin';
  #turn = 0;

  route(targets: readonly Target[], algorithm: TargetGroupConfig['algorithm']): void {
    this.#targets = targets;
    this.#algorithm = algorithm;
  }

  has(target: PickedTarget): boolean {
    return (this.#targets as readonly PickedTarget[]).includes(target);
  }

  pick(): Target | undefined {
    if (this.#targets.length < 2) return this.#targets[0];
    switch (this.#algorithm) {
      case 'round_robin':
        return this.#inTurn();
      case 'least_outstanding_requests':
        return this.#leastBusy();
      case 'weighted_random':
        // Weights differ only under anomaly mitigation, which is not done.
        return this.#targets[Math.floor(Math.random() * this.#targets.length)];
    }
  }

  /** One that was not tried yet. */
  another(tried: ReadonlySet<PickedTarget>): Target | undefined {
    for (let step = 0; step < this.#targets.length; step++) {
      const target = this.#next();
      if (target && !tried.has(target)) return target;
    }
    return undefined;
  }

  #next(): Target | undefined {
    this.#turn = (this.#turn + 1) % this.#targets.length;
    return this.#targets[this.#turn];
  }

  /** A target in slow start lets turns pass; when all do, whoever comes last takes it. */
  #inTurn(): Target | undefined {
    let target: Target | undefined;
    for (let step = 0; step < this.#targets.length; step++) {
      target = this.#next();
      if (target?.takesTurn()) return target;
    }
    return target;
  }

  /** Of the equally busy the next in turn, so that idle targets share the work. */
  #leastBusy(): Target | undefined {
    let least: Target | undefined;
    const first = this.#turn + 1;
    for (let step = 0; step < this.#targets.length; step++) {
      const index = (first + step) % this.#targets.length;
      const target = this.#targets[index];
      if (!target || (least && target.inFlight >= least.inFlight)) continue;
      least = target;
      this.#turn = index;
    }
    return least;
  }
}
