import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { readCertificate } from './read-certificate.ts';
import type { Shelf } from './shelf.ts';

/** What whoever shows a certificate to clients needs of it. PEM; instants are epoch milliseconds. */
export interface ShownCertificate {
  readonly arn: string;
  /** The certificate, then its chain. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly domains: readonly string[];
  readonly notAfter: number;
  readonly keyAlgorithm: string;
}

/** Looks certificates up for other services. */
export const certificatesOf = (shelf: Shelf) => ({
  async find(tx: Transaction, scope: Scope, arn: string): Promise<ShownCertificate | undefined> {
    const record = await shelf.find(tx, scope, arn);
    if (!record) return undefined;
    const { domains, notAfter, keyAlgorithm = '' } = readCertificate(record.certificate);
    const certificate = `${record.certificate}${record.chain ?? ''}`;
    return { arn, certificate, privateKey: record.privateKey, domains, notAfter, keyAlgorithm };
  },
});
