import type { Kysely, Transaction } from 'kysely';
import type { Scope } from '../kernel/scope.ts';
import type { RecordKind } from './kinds.ts';
import { DuplicateRecord, type PutOptions, type Records } from './store.ts';
import type { DocumentTable, Tables } from './tables.ts';

/** Kysely cannot type a table whose name is a variable; every kind has the same columns, so one stands for all. */
type Documents = Kysely<{ document: DocumentTable }>;

export function documentRecords<T>(db: Kysely<Tables>, kind: RecordKind): Records<T> {
  const table = kind as unknown as 'document';
  const documents = db as unknown as Documents;
  const at = (scope: Scope, id: string) => ({ account: scope.account, region: scope.region, id });
  const read = (row: { doc: string }): T => JSON.parse(row.doc) as T;

  const get = async (from: Documents, scope: Scope, id: string): Promise<T | undefined> => {
    const key = at(scope, id);
    const row = await from
      .selectFrom(table)
      .select('doc')
      .where('account', '=', key.account)
      .where('region', '=', key.region)
      .where('id', '=', key.id)
      .executeTakeFirst();
    return row && read(row);
  };

  const put = async (into: Documents, scope: Scope, id: string, record: T, options: PutOptions = {}): Promise<void> => {
    const doc = JSON.stringify(record);
    await into
      .insertInto(table)
      .values({ ...at(scope, id), parent: options.parent ?? null, doc })
      .onConflict((conflict) =>
        conflict
          .columns(['account', 'region', 'id'])
          .doUpdateSet(options.parent === undefined ? { doc } : { doc, parent: options.parent }),
      )
      .execute();
  };

  return {
    get: (scope, id) => get(documents, scope, id),
    put: (scope, id, record, options) => put(documents, scope, id, record, options),
    async list(scope, parent) {
      let query = documents
        .selectFrom(table)
        .select('doc')
        .where('account', '=', scope.account)
        .where('region', '=', scope.region);
      if (parent !== undefined) query = query.where('parent', '=', parent);
      return (await query.orderBy('seq').execute()).map(read);
    },
    async everywhere(remembered = new Map()) {
      const rows = await documents
        .selectFrom(table)
        .select(['seq', 'account', 'region', 'id', 'doc'])
        .orderBy('seq')
        .execute();
      const all = rows.map((row) => {
        const known = remembered.get(row.seq);
        if (known?.doc === row.doc) return known.kept;
        const kept = { scope: { account: row.account, region: row.region }, id: row.id, record: read(row) };
        remembered.set(row.seq, { doc: row.doc, kept });
        return kept;
      });
      if (remembered.size > rows.length) forgetOthers(remembered, new Set(rows.map(({ seq }) => seq)));
      return all;
    },
    async insert(scope, id, record, options = {}) {
      const result = await documents
        .insertInto(table)
        .values({ ...at(scope, id), parent: options.parent ?? null, doc: JSON.stringify(record) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (result.numInsertedOrUpdatedRows === 0n) throw new DuplicateRecord(`${kind} already has '${id}'`);
    },
    async change(scope, id, change) {
      return inTransaction(documents, async (tx) => {
        const current = await get(tx, scope, id);
        if (current === undefined) return undefined;
        const next = change(current);
        if (next === undefined) return current;
        await put(tx, scope, id, next);
        return next;
      });
    },
    async remove(scope, id) {
      const key = at(scope, id);
      const result = await documents
        .deleteFrom(table)
        .where('account', '=', key.account)
        .where('region', '=', key.region)
        .where('id', '=', key.id)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

function forgetOthers(remembered: Map<number, unknown>, there: ReadonlySet<number>): void {
  for (const seq of remembered.keys()) if (!there.has(seq)) remembered.delete(seq);
}

const inTransaction = <R>(db: Documents, work: (tx: Documents) => Promise<R>): Promise<R> =>
  db.isTransaction ? work(db) : db.transaction().execute((tx: Transaction<{ document: DocumentTable }>) => work(tx));
