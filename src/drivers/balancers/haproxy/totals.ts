import type { StatRow } from './stat.ts';

const COUNTED = [
  'stot',
  'wretr',
  'wredis',
  'econ',
  'hrsp_1xx',
  'hrsp_2xx',
  'hrsp_3xx',
  'hrsp_4xx',
  'hrsp_5xx',
  'req_tot',
  'conn_tot',
  'bin',
  'bout',
  'ssl_failed_handshake',
] as const;
type Counted = (typeof COUNTED)[number];
type Counts = Readonly<Record<Counted, number>>;

/** Adds up what workers count, so that nothing is lost when one of them ends or a server is deleted. */
export class Totals {
  /** By worker and row, as last read. */
  readonly #last = new Map<string, Counts>();
  /** By proxy, and what of it: `front`, `back` or `servers`. */
  readonly #sums = new Map<string, Record<Counted, number>>();

  add(worker: number, rows: readonly StatRow[]): void {
    for (const row of rows) {
      const key = `${worker} ${row.proxy} ${row.item}`;
      const [now, before] = [countsOf(row), this.#last.get(key)];
      const sum = this.#sum(`${row.proxy} ${partOf(row)}`);
      for (const name of COUNTED) {
        const earlier = before?.[name] ?? 0;
        // A server deleted and added again counts from nothing.
        sum[name] += now[name] >= earlier ? now[name] - earlier : now[name];
      }
      this.#last.set(key, now);
    }
  }

  /** Forgets workers that have ended and proxies that are in none. */
  keep(workers: ReadonlySet<number>, proxies: ReadonlySet<string>): void {
    for (const key of this.#sums.keys()) if (!proxies.has(key.split(' ', 1)[0] ?? '')) this.#sums.delete(key);
    for (const key of this.#last.keys()) if (!workers.has(Number(key.split(' ', 1)[0]))) this.#last.delete(key);
  }

  of(proxy: string, part: 'front' | 'back' | 'servers'): Counts {
    return this.#sum(`${proxy} ${part}`);
  }

  #sum(key: string): Record<Counted, number> {
    const known = this.#sums.get(key);
    if (known) return known;
    const sum = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Record<Counted, number>;
    this.#sums.set(key, sum);
    return sum;
  }
}

const partOf = ({ item }: StatRow): string => (item === 'FRONTEND' ? 'front' : item === 'BACKEND' ? 'back' : 'servers');

const countsOf = (row: StatRow): Counts =>
  Object.fromEntries(COUNTED.map((name) => [name, row.number(name)])) as Record<Counted, number>;
