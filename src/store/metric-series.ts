import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Scope } from '../kernel/scope.ts';
import type { Tables } from './tables.ts';

/** What makes data one series: the metric, all of its dimensions, and the unit of the data. */
export interface SeriesKey extends Scope {
  readonly namespace: string;
  readonly name: string;
  /** JSON of names and values, sorted by name. */
  readonly dimensions: string;
  readonly unit: string;
}

/** A metric with all of its dimensions, in every unit. */
export type MetricKey = Pick<SeriesKey, 'namespace' | 'name' | 'dimensions'>;

export interface KeptSeries extends SeriesKey {
  readonly id: number;
  /** Of its newest data, in epoch seconds. */
  readonly lastAt: number;
}

export interface BlockKey {
  /** The id of the series. */
  readonly series: number;
  /** Seconds that each of its points stands for. */
  readonly tier: number;
  /** Epoch seconds. */
  readonly start: number;
}

/** Neighbouring points of one series, packed. */
export interface Block extends BlockKey {
  readonly data: Uint8Array;
}

export interface SeriesFilter {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly dimensions?: string | undefined;
  readonly unit?: string | undefined;
  /** Only with data at or after these epoch seconds. */
  readonly since?: number | undefined;
}

/** Blocks of one tier that begin in [from, to), in epoch seconds. */
export interface BlockRange {
  readonly tier: number;
  readonly from: number;
  readonly to: number;
}

/** Time series of metrics: who they are, and their points in packed blocks. */
export interface MetricSeries {
  /** Adds a series. @returns its id, also where there was one */
  add(key: SeriesKey, lastAt: number): Promise<number>;
  /** Notes that a series has data of these epoch seconds. */
  touch(id: number, lastAt: number): Promise<void>;
  /** Series of a scope in no order. */
  find(scope: Scope, filter: SeriesFilter): Promise<KeptSeries[]>;
  /** Series of these metrics, of every unit, in no order. */
  findAll(scope: Scope, metrics: readonly MetricKey[]): Promise<KeptSeries[]>;
  count(): Promise<number>;
  /** Removes series that have no block and no data since these epoch seconds. */
  removeEmpty(before: number): Promise<void>;
  /** Those of the blocks that there are, in no order. */
  blocks(keys: readonly BlockKey[]): Promise<Block[]>;
  /** Blocks of some series, in no order. */
  ranges(series: readonly number[], ranges: readonly BlockRange[]): Promise<Block[]>;
  /** Adds or replaces. */
  put(blocks: readonly Block[]): Promise<void>;
  remove(keys: readonly BlockKey[]): Promise<void>;
  /**
   * Where there are blocks of a tier that begin before these epoch seconds.
   *
   * @param span - seconds; blocks of a series that begin in the same so many are named once, by the start of those
   */
  aged(tier: number, before: number, span: number): Promise<{ readonly series: number; readonly from: number }[]>;
  /** About the bytes on disk of all blocks. */
  bytes(): Promise<number>;
  /** The newest block of each tier. */
  newest(): Promise<Pick<BlockKey, 'tier' | 'start'>[]>;
  /** Keeps what is not in blocks yet. */
  addToJournal(data: Uint8Array): Promise<void>;
  /** What was added to the journal since it was emptied, oldest first. */
  journal(): Promise<Uint8Array[]>;
  emptyJournal(): Promise<void>;
}

/** Rows of one statement: few sizes, so that the statements are prepared once. More rows take no less time each. */
const ROWS_AT_ONCE = [256, 32, 4, 1];
/** What a block costs beside its data: its key, here and in the index, and what SQLite adds. */
const BLOCK_BYTES = 36;

/**
 * Tiers whose blocks are written once and are thousands of bytes long: a table with row ids lays such rows one behind
 * the other, where one without would round each up to whole pages.
 */
const PACKED_TIERS: ReadonlySet<number> = new Set([61, 301, 3601]);
const TABLES = ['metric_blocks', 'metric_packed_blocks'] as const;
const tableOf = (tier: number) => TABLES[PACKED_TIERS.has(tier) ? 1 : 0];

export function metricSeries(db: Kysely<Tables>): MetricSeries {
  const all = async <R>(query: RawBuilder<R>): Promise<R[]> => (await query.execute(db)).rows;
  const inParts = async <T>(items: readonly T[], work: (part: readonly T[]) => Promise<void>): Promise<void> => {
    let at = 0;
    for (const size of ROWS_AT_ONCE)
      for (; items.length - at >= size; at += size) await work(items.slice(at, at + size));
  };
  /** The same for the items of each table. */
  const inTables = async <T extends Pick<BlockKey, 'tier'>>(
    items: readonly T[],
    work: (part: readonly T[], table: RawBuilder<unknown>) => Promise<void>,
  ): Promise<void> => {
    for (const name of TABLES)
      await inParts(
        items.filter(({ tier }) => tableOf(tier) === name),
        (part) => work(part, sql.table(name)),
      );
  };
  return {
    async add({ account, region, namespace, name, dimensions, unit }, lastAt) {
      const rows = await all(sql<{ id: number }>`
        insert into metric_series (account, region, namespace, name, dimensions, unit, last_at)
        values (${account}, ${region}, ${namespace}, ${name}, ${dimensions}, ${unit}, ${lastAt})
        on conflict do update set last_at = max(last_at, excluded.last_at) returning id`);
      if (!rows[0]) throw new Error('the series got no id');
      return rows[0].id;
    },
    async touch(id, lastAt) {
      await all(sql`update metric_series set last_at = max(last_at, ${lastAt}) where id = ${id}`);
    },
    find: ({ account, region }, { namespace, name, dimensions, unit, since }) => {
      const conditions = [sql`account = ${account}`, sql`region = ${region}`];
      if (namespace !== undefined) conditions.push(sql`namespace = ${namespace}`);
      if (name !== undefined) conditions.push(sql`name = ${name}`);
      if (dimensions !== undefined) conditions.push(sql`dimensions = ${dimensions}`);
      if (unit !== undefined) conditions.push(sql`unit = ${unit}`);
      if (since !== undefined) conditions.push(sql`last_at >= ${since}`);
      return all(sql<KeptSeries>`select id, account, region, namespace, name, dimensions, unit, last_at as lastAt
        from metric_series where ${sql.join(conditions, sql` and `)}`);
    },
    async findAll({ account, region }, metrics) {
      const found: KeptSeries[] = [];
      await inParts(metrics, async (part) => {
        const keys = part.map(({ namespace, name, dimensions }) => sql`(${namespace}, ${name}, ${dimensions})`);
        found.push(
          ...(await all(sql<KeptSeries>`select id, account, region, namespace, name, dimensions, unit, last_at as lastAt
            from metric_series where account = ${account} and region = ${region}
            and (namespace, name, dimensions) in (values ${sql.join(keys)})`)),
        );
      });
      return found;
    },
    async count() {
      return (await all(sql<{ n: number }>`select count(*) as n from metric_series`))[0]?.n ?? 0;
    },
    async removeEmpty(before) {
      await all(sql`delete from metric_series where last_at < ${before}
        and not exists (select 1 from metric_blocks where series = metric_series.id)
        and not exists (select 1 from metric_packed_blocks where series = metric_series.id)`);
    },
    async blocks(keys) {
      const found: Block[] = [];
      await inTables(keys, async (part, table) => {
        found.push(
          ...(await all(sql<Block>`select series, tier, start, data from ${table}
            where (series, tier, start) in (values ${tuples(part)})`)),
        );
      });
      return found;
    },
    ranges: async (series, ranges) => {
      const found: Block[] = [];
      await inParts(series, async (part) => {
        for (const { tier, from, to } of ranges)
          found.push(
            ...(await all(sql<Block>`select series, tier, start, data from ${sql.table(tableOf(tier))}
              where series in (${sql.join(part)}) and tier = ${tier} and start >= ${from} and start < ${to}`)),
          );
      });
      return found;
    },
    put: (blocks) =>
      inTables(blocks, async (part, table) => {
        const rows = part.map(({ series, tier, start, data }) => sql`(${series}, ${tier}, ${start}, ${data})`);
        await all(sql`insert into ${table} (series, tier, start, data) values ${sql.join(rows)}
          on conflict do update set data = excluded.data`);
      }),
    remove: (keys) =>
      inTables(keys, async (part, table) => {
        await all(sql`delete from ${table} where (series, tier, start) in (values ${tuples(part)})`);
      }),
    aged: (tier, before, span) =>
      all(sql<{ series: number; from: number }>`select distinct series, start - start % ${span} as "from"
        from ${sql.table(tableOf(tier))} where tier = ${tier} and start < ${before}`),
    async bytes() {
      const rows = await all(sql<{ bytes: number | null }>`
        select sum(bytes) as bytes from (select sum(length(data) + ${BLOCK_BYTES}) as bytes from metric_blocks
        union all select sum(length(data) + ${BLOCK_BYTES}) from metric_packed_blocks)`);
      return rows[0]?.bytes ?? 0;
    },
    newest: () =>
      all(sql<Pick<BlockKey, 'tier' | 'start'>>`select tier, max(start) as start from metric_blocks group by tier
        union all select tier, max(start) from metric_packed_blocks group by tier`),
    async addToJournal(data) {
      await all(sql`insert into metric_journal (data) values (${data})`);
    },
    async journal() {
      const rows = await all(sql<{ data: Uint8Array }>`select data from metric_journal order by id`);
      return rows.map(({ data }) => data);
    },
    async emptyJournal() {
      await all(sql`delete from metric_journal`);
    },
  };
}

const tuples = (keys: readonly BlockKey[]) =>
  sql.join(keys.map(({ series, tier, start }) => sql`(${series}, ${tier}, ${start})`));

/** The tables of the above, for a migration. */
export async function createMetricTables(db: Kysely<Tables>): Promise<void> {
  await sql`create table metric_series (id integer primary key autoincrement, account text not null,
    region text not null, namespace text not null, name text not null, dimensions text not null, unit text not null,
    last_at integer not null, unique (account, region, namespace, name, dimensions, unit))`.execute(db);
  await sql`create table metric_blocks (series integer not null, tier integer not null, start integer not null,
    data blob not null, primary key (series, tier, start)) without rowid`.execute(db);
  await sql`create index metric_blocks_by_age on metric_blocks (tier, start)`.execute(db);
}

/** The journal of the above, for a migration. */
export async function createMetricJournal(db: Kysely<Tables>): Promise<void> {
  await sql`create table metric_journal (id integer primary key, data blob not null)`.execute(db);
}

/** The table of packed blocks, for a migration. */
export async function createPackedMetricTable(db: Kysely<Tables>): Promise<void> {
  await sql`create table metric_packed_blocks (id integer primary key, series integer not null, tier integer not null,
    start integer not null, data blob not null, unique (series, tier, start))`.execute(db);
  await sql`create index metric_packed_blocks_by_age on metric_packed_blocks (tier, start)`.execute(db);
}

export async function emptyMetricTables(db: Kysely<Tables>): Promise<void> {
  await sql`delete from metric_journal`.execute(db);
  for (const table of TABLES) await sql`delete from ${sql.table(table)}`.execute(db);
  await sql`delete from metric_series`.execute(db);
}
