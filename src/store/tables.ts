import type { Generated } from 'kysely';
import type { RecordKind } from './kinds.ts';

export interface DocumentTable {
  readonly seq: Generated<number>;
  account: string;
  region: string;
  id: string;
  parent: string | null;
  doc: string;
}

export type Tables = Record<RecordKind, DocumentTable> & { migrations: { name: string; applied_at: string } };
