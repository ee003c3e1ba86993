import type { Clock } from '../../kernel/clock.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Store, Transaction } from '../../store/store.ts';
import type { Shelf } from './shelf.ts';

/** What this service asks those who show certificates to clients. */
export interface CertificateUsers {
  /** ARNs of what uses each certificate, by the certificate's ARN. */
  usedBy(tx: Transaction, scope: Scope): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Runs the work that replaces a certificate as one transaction; resolves once every user shows the new one. */
  replace(scope: Scope, arn: string, work: (tx: Transaction) => Promise<void>): Promise<void>;
}

/** What the actions of this service work with. */
export interface AcmDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly shelf: Shelf;
  readonly users: CertificateUsers;
}
