import type { Clock } from '../../../kernel/clock.ts';
import { millis, type Millis } from '../../../kernel/span.ts';
import { groupMemoryReader, type ReadMemory } from './group-memory.ts';

const MIB = 1024 * 1024;
/** A process fills about this much in a millisecond at most: who has room for more is looked at later. */
const FILLED_PER_MS = MIB;
const SHORTEST = millis(15);
const LONGEST = millis(250);
/** How often processes that were started meanwhile are looked for. */
const THOROUGH = 1000;

export interface Watched {
  /** The most that was seen, in MiB. */
  readonly peakMiB: number;
  stop(): void;
}

interface Group {
  readonly limit: number;
  readonly over: () => void;
  peak: number;
}

/**
 * Ends process groups that hold more memory than they may. No system lets a plain user limit what a group of processes
 * holds together, so their memory is looked at: the more often, the less room is left. A limit on the data of each single
 * process (see the launcher) bounds what one could fill between two looks.
 */
export class MemoryWatch {
  readonly #clock: Clock;
  readonly #read: ReadMemory;
  readonly #groups = new Map<number, Group>();
  #isRunning = false;
  #wake = new AbortController();
  #thoroughAt = 0;

  constructor(clock: Clock, read: ReadMemory = groupMemoryReader()) {
    this.#clock = clock;
    this.#read = read;
  }

  /** @param over - called once, when the group holds more than the limit */
  watch(group: number, limitMiB: number, over: () => void): Watched {
    const watched: Group = { limit: limitMiB * MIB, over, peak: 0 };
    this.#groups.set(group, watched);
    this.#wake.abort();
    if (!this.#isRunning) void this.#run();
    return {
      get peakMiB() {
        return Math.ceil(watched.peak / MIB);
      },
      stop: () => {
        if (this.#groups.get(group) === watched) this.#groups.delete(group);
        if (this.#groups.size === 0) this.#wake.abort();
      },
    };
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#groups.size > 0) {
      this.#wake = new AbortController();
      const wait = await this.#look().catch(() => LONGEST);
      await this.#clock.sleep(wait, this.#wake.signal);
    }
    this.#isRunning = false;
  }

  /** @returns when to look again */
  async #look(): Promise<Millis> {
    const now = this.#clock.now().getTime();
    const isThorough = Math.abs(now - this.#thoroughAt) >= THOROUGH;
    if (isThorough) this.#thoroughAt = now;
    const held = await this.#read(new Set(this.#groups.keys()), isThorough);
    let room = Number.POSITIVE_INFINITY;
    for (const [id, group] of this.#groups) {
      const bytes = held.get(id) ?? 0;
      group.peak = Math.max(group.peak, bytes);
      room = Math.min(room, group.limit - bytes);
      if (bytes <= group.limit) continue;
      this.#groups.delete(id);
      group.over();
    }
    return millis(Math.min(LONGEST, Math.max(SHORTEST, room / FILLED_PER_MS)));
  }
}
