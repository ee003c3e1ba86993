import { DatabaseSync } from '@photostructure/sqlite';
import { SqliteDialect, type SqliteDatabase } from 'kysely';

/**
 * Opens SQLite in WAL mode for Kysely. The library speaks `node:sqlite`'s API; Kysely expects better-sqlite3's.
 *
 * The file is held exclusively, so that two Teals never work on one data folder; the lock goes with the process.
 * `synchronous=NORMAL` survives a killed process, not a power cut (docs/decisions/dependencies.md).
 */
export function sqliteDialect(file: string): SqliteDialect {
  const database = openExclusively(file);
  const prepared = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    if (prepared.size >= MOST_PREPARED) prepared.clear();
    prepared.set(sql, statement);
    return statement;
  };
  const adapted: SqliteDatabase = {
    close: () => {
      prepared.clear();
      database.close();
    },
    prepare(sql) {
      const statement = prepare(sql);
      return {
        reader: /^\s*(select|with|pragma|values)|\breturning\b/i.test(sql),
        all: (parameters): unknown[] => statement.all(...bind(parameters)),
        run: (parameters) => {
          const { changes, lastInsertRowid } = statement.run(...bind(parameters));
          return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
        },
        iterate: (parameters) => statement.all(...bind(parameters))[Symbol.iterator](),
      };
    },
  };
  return new SqliteDialect({ database: adapted });
}

type Statement = ReturnType<InstanceType<typeof DatabaseSync>['prepare']>;

/** Statements kept ready: to prepare one takes longer than to run it. */
const MOST_PREPARED = 500;

const bind = (parameters: readonly unknown[]): (string | number | null)[] => parameters as (string | number | null)[];

function openExclusively(file: string): InstanceType<typeof DatabaseSync> {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec('BEGIN IMMEDIATE; COMMIT;');
    return database;
  } catch (cause) {
    database.close();
    if (!/locked|busy/i.test(String(cause))) throw cause;
    throw new Error(`another Teal is using '${file}'; end it first, or give this one its own folder with --data`, {
      cause,
    });
  }
}
