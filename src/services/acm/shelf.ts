import { arn, parseArn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import type { CertificateFile } from './certificate-files.ts';
import { invalidArn, notFound } from './faults.ts';
import type { CertificateRecord } from './records.ts';

/** All certificates of an account and region: those that were imported, and those of files, which are everyone's. */
export interface Shelf {
  find(tx: Transaction, scope: Scope, certificateArn: string): Promise<CertificateRecord | undefined>;
  /** @throws {InvalidArnException} @throws {ResourceNotFoundException} */
  require(tx: Transaction, scope: Scope, certificateArn: string): Promise<CertificateRecord>;
  list(tx: Transaction, scope: Scope): Promise<readonly CertificateRecord[]>;
}

export function createShelf(files: readonly CertificateFile[]): Shelf {
  const fromFiles = (scope: Scope) => files.map((file) => fileRecord(scope, file));
  const find: Shelf['find'] = async (tx, scope, certificateArn) =>
    fromFiles(scope).find((record) => record.arn === certificateArn) ?? certificatesIn(tx).get(scope, certificateArn);
  return {
    find,
    async require(tx, scope, certificateArn) {
      const parsed = parseArn(certificateArn);
      if (parsed?.service !== 'acm' || !parsed.resource.startsWith('certificate/')) throw invalidArn(certificateArn);
      const found = await find(tx, scope, certificateArn);
      if (!found) throw notFound(certificateArn);
      return found;
    },
    list: async (tx, scope) => [...fromFiles(scope), ...(await certificatesIn(tx).list(scope))],
  };
}

/** The imported ones, as the store keeps them. */
export const certificatesIn = (tx: Transaction): Records<CertificateRecord> =>
  tx.records<CertificateRecord>('acm_certificates');

const fileRecord = (
  scope: Scope,
  { name, id, path, modifiedAt, certificate, chain, privateKey }: CertificateFile,
): CertificateRecord => ({
  arn: arn('acm', scope, `certificate/${id}`),
  certificate,
  ...(chain !== undefined && { chain }),
  privateKey,
  createdAt: modifiedAt,
  importedAt: modifiedAt,
  tags: { Name: name },
  file: path,
});
