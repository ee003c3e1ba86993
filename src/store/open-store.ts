import { Kysely, sql } from 'kysely';
import { documentRecords } from './document-records.ts';
import { logEvents } from './log-events.ts';
import { RECORD_KINDS, type RecordKind } from './kinds.ts';
import { emptyMetricTables, metricSeries } from './metric-series.ts';
import { migrate } from './migrations.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Records, Store } from './store.ts';
import type { Tables } from './tables.ts';

/** Hears of every statement: `read`, `write`, `commit` or `other`, and how long it took. */
export type CountStatement = (kind: string, seconds: number) => void;

/** Opens (or makes) the SQLite store in a file and migrates it; `:memory:` keeps it in memory, for tests. */
export async function openStore(file: string, count?: CountStatement): Promise<Store> {
  const db = new Kysely<Tables>({
    dialect: sqliteDialect(file),
    ...(count && { log: ({ query, queryDurationMillis }) => count(kindOf(query.sql), queryDurationMillis / 1000) }),
  });
  await migrate(db);
  return {
    records: <T>(kind: RecordKind): Records<T> => documentRecords<T>(db, kind),
    logEvents: logEvents(db),
    metricSeries: metricSeries(db),
    transaction: (work) =>
      db.transaction().execute((tx) =>
        work({
          records: <T>(kind: RecordKind) => documentRecords<T>(tx, kind),
          logEvents: logEvents(tx),
          metricSeries: metricSeries(tx),
        }),
      ),
    async reset() {
      await db.transaction().execute(async (tx) => {
        for (const kind of RECORD_KINDS) await tx.deleteFrom(kind).execute();
        await sql`delete from log_events`.execute(tx);
        await sql`delete from log_sizes`.execute(tx);
        await emptyMetricTables(tx);
      });
    },
    close: () => db.destroy(),
  };
}

function kindOf(statement: string): string {
  const verb = /^\s*(\w+)/.exec(statement)?.[1]?.toLowerCase();
  if (verb === 'select') return 'read';
  if (verb === 'insert' || verb === 'update' || verb === 'delete') return 'write';
  return verb === 'commit' ? 'commit' : 'other';
}
