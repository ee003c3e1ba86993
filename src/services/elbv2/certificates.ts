import { CertificateNotFoundException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { parseArn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { ApiError, fault } from '../../wire/api-error.ts';
import type { ElbRecords } from './records.ts';
import { validationError } from './faults.ts';

/** A certificate with all that is needed to show it to clients. PEM. */
export interface Certificate {
  readonly arn: string;
  /** The certificate, then its chain. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly domains: readonly string[];
  /** Epoch milliseconds. */
  readonly notAfter: number;
  /** As ACM names it, such as `RSA_2048`. */
  readonly keyAlgorithm: string;
}

/** What this service asks about certificates; whoever keeps them answers. Without one there are none. */
export interface Certificates {
  find(tx: Transaction, scope: Scope, arn: string): Promise<Certificate | undefined>;
}

export const NO_CERTIFICATES: Certificates = { find: async () => undefined };

/** Those that ACM takes and a load balancer does not. */
const UNSUPPORTED_KEYS = ['RSA_1024'];

/** @throws {CertificateNotFoundException} and `ValidationError`, `UnsupportedCertificate` when it cannot be shown */
export async function requireCertificate(
  certificates: Certificates,
  tx: Transaction,
  scope: Scope,
  arn: string,
): Promise<void> {
  const parsed = parseArn(arn);
  const isHere = parsed?.account === scope.account && (parsed.region === scope.region || parsed.service === 'iam');
  if (!parsed || !isHere || !['acm', 'iam'].includes(parsed.service))
    throw validationError(`Certificate ARN '${arn}' is not valid`);
  const found = await certificates.find(tx, scope, arn);
  if (!found) throw fault(CertificateNotFoundException, `Certificate '${arn}' not found`);
  if (UNSUPPORTED_KEYS.includes(found.keyAlgorithm))
    throw new ApiError(
      'UnsupportedCertificate',
      `The certificate '${arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.`,
    );
}

/** The load balancers of a scope that show each certificate, by the certificate's ARN. */
export async function certificateUse(
  records: Pick<ElbRecords, 'listeners'>,
  scope: Scope,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const used = new Map<string, Set<string>>();
  for (const { certificateArns, loadBalancerArn } of await records.listeners.list(scope))
    for (const arn of certificateArns) used.set(arn, (used.get(arn) ?? new Set()).add(loadBalancerArn));
  return new Map([...used].map(([arn, loadBalancers]) => [arn, [...loadBalancers]]));
}
