import { setMaxListeners } from 'node:events';
import { createBell } from './bell.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Scope } from './scope.ts';
import { millis, minutes } from './span.ts';

/** Something promised to somebody outside, kept in the store until it is done with. */
export interface Due {
  readonly scope: Scope;
  /** Of no other, in any scope. */
  readonly id: string;
  /** Who takes it, such as a URL: a slow one holds up only what goes to itself. */
  readonly lane: string;
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

export interface DeliveryWork {
  /** Everything in the store, at start. */
  pending(): Promise<readonly Due[]>;
  /**
   * Tries one. Gives when to try again, which is in the store by then, or `undefined` when it is done with and gone from
   * the store. When the signal has aborted nothing is recorded, so the next start tries again.
   */
  attempt(due: Due, signal: AbortSignal): Promise<number | undefined>;
}

export interface DeliveryQueue {
  /** Begins with everything in the store. */
  start(): Promise<void>;
  /** Takes what was stored a moment ago. Before the start, too. */
  add(dues: readonly Due[]): void;
  /** Ends attempts under way; what they were to do stays in the store. */
  close(): Promise<void>;
}

/** At once to one lane: enough to hide an endpoint's latency, few enough to spare it. */
const PER_LANE = 8;
/** After an error of our own, such as a full disk. */
const AFTER_TROUBLE = millis(1000);
const LONGEST_WAIT = minutes(1);

interface Lane {
  /** By time. */
  readonly waiting: Due[];
  active: number;
}

/** Delivers at least once: from the store, in order of time, each lane for itself. */
export function createDeliveryQueue(clock: Clock, logger: Logger, work: DeliveryWork): DeliveryQueue {
  const closing = new AbortController();
  // Each attempt may listen, and there are many.
  setMaxListeners(0, closing.signal);
  const bell = createBell(clock);
  const lanes = new Map<string, Lane>();
  const attempts = new Set<Promise<void>>();
  /** What was added while the store was read is in both. */
  const known = new Set<string>();
  let running: Promise<void> = Promise.resolve();
  const nowOf = () => clock.now().getTime();

  const enter = (due: Due): void => {
    const lane = lanes.get(due.lane) ?? { waiting: [], active: 0 };
    lanes.set(due.lane, lane);
    const after = lane.waiting.findLastIndex((other) => other.dueAt <= due.dueAt);
    lane.waiting.splice(after + 1, 0, due);
  };

  const add = (dues: readonly Due[]): void => {
    for (const due of dues) {
      if (known.has(due.id)) continue;
      known.add(due.id);
      enter(due);
    }
    bell.ring();
  };

  const attempt = async (lane: Lane, due: Due): Promise<void> => {
    const again = await work.attempt(due, closing.signal).catch((cause: unknown) => {
      if (!closing.signal.aborted) logger.error('a delivery could not be attempted', { id: due.id, cause });
      return nowOf() + AFTER_TROUBLE;
    });
    lane.active -= 1;
    if (again === undefined) known.delete(due.id);
    else enter({ ...due, dueAt: again });
    bell.ring();
  };

  /** @returns epoch milliseconds of what is due next */
  const startDue = (): number => {
    const now = nowOf();
    let next = Infinity;
    for (const [name, lane] of lanes) {
      for (let head = lane.waiting[0]; head && head.dueAt <= now && lane.active < PER_LANE; head = lane.waiting[0]) {
        lane.waiting.shift();
        lane.active += 1;
        const started: Promise<void> = attempt(lane, head).finally(() => attempts.delete(started));
        attempts.add(started);
      }
      const [head] = lane.waiting;
      if (head && lane.active < PER_LANE) next = Math.min(next, head.dueAt);
      if (!head && lane.active === 0) lanes.delete(name);
    }
    return next;
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const next = startDue();
      await bell.wait(millis(Math.max(0, Math.min(LONGEST_WAIT, next - nowOf()))), closing.signal);
    }
  };

  return {
    add,
    async start() {
      add(await work.pending());
      running = run();
    },
    async close() {
      closing.abort();
      await running;
      await Promise.all(attempts);
    },
  };
}
