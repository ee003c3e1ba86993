import { Kysely, sql } from 'kysely';
import { expect, it } from 'vitest';
import { documentRecords } from './document-records.ts';
import { migrate, MIGRATIONS } from './migrations.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Tables } from './tables.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };

/** A database as the last Teal before a migration left it. */
async function databaseBefore(migration: string): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect: sqliteDialect(':memory:') });
  await sql`create table migrations (name text primary key, applied_at text not null)`.execute(db);
  for (const earlier of MIGRATIONS.filter(({ name }) => name < migration)) {
    await earlier.up(db);
    await sql`insert into migrations (name, applied_at) values (${earlier.name}, datetime('now'))`.execute(db);
  }
  return db;
}

it('gives events that an older Teal has stored the time they were accepted', async () => {
  const db = await databaseBefore('0007-lambda-versions');
  const events = documentRecords(db, 'lambda_invocations');
  const older = { requestId: 'r', functionName: 'f', payload: '{}', failures: 1, dueAt: 42 };
  await events.insert(scope, 'r', older);

  await migrate(db);
  const found = await events.get(scope, 'r');
  await db.destroy();

  expect(found).toEqual({ ...older, acceptedAt: 42, refusals: 0 });
});
