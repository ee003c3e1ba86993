import {
  InvalidArgsException,
  type CertificateSummary,
  type Filters,
  type KeyAlgorithm,
  type ListCertificatesCommand,
} from '@aws-sdk/client-acm';
import { fault } from '../../../wire/api-error.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { AcmDeps } from '../deps.ts';
import { validationException } from '../faults.ts';
import { shownSummary } from '../shown.ts';

type Input = ActionInput<typeof ListCertificatesCommand>;

/** What is listed when no key type is asked for, surprising as it is. Source: API Reference, Filters. */
const USUAL_KEYS: readonly KeyAlgorithm[] = ['RSA_1024', 'RSA_2048'];
const MOST = 1000;

export const listCertificates =
  ({ store, shelf, users, clock }: AcmDeps): Action<typeof ListCertificatesCommand> =>
  async (input, ctx) => {
    if ((input.SortBy === undefined) !== (input.SortOrder === undefined))
      throw validationException('SortBy and SortOrder must be specified together.');
    const used = await users.usedBy(store, ctx);
    const now = clock.now().getTime();
    const all = (await shelf.list(store, ctx)).map((record) => shownSummary(record, used.has(record.arn), now));
    const found = all.filter((summary) => isAskedFor(summary, input));
    return page(sorted(found, input), input);
  };

function isAskedFor(summary: CertificateSummary, { CertificateStatuses: statuses, Includes = {} }: Input): boolean {
  const { Status: status, KeyAlgorithm: algorithm } = summary;
  if (statuses?.length && !(status && statuses.includes(status))) return false;
  if (Includes.exportOption === 'ENABLED' || Includes.managedBy !== undefined) return false;
  const keys: readonly string[] = Includes.keyTypes?.length ? Includes.keyTypes : USUAL_KEYS;
  return keys.includes(algorithm ?? '') && hasUsages(summary, Includes);
}

const hasUsages = (summary: CertificateSummary, { keyUsage, extendedKeyUsage }: Filters): boolean =>
  hasOneOf(summary.KeyUsages, keyUsage) && hasOneOf(summary.ExtendedKeyUsages, extendedKeyUsage);

const hasOneOf = (has: readonly string[] = [], asked: readonly string[] = []): boolean =>
  asked.length === 0 || asked.includes('ANY') || asked.some((usage) => has.includes(usage));

function sorted(found: readonly CertificateSummary[], { SortOrder: order }: Input): readonly CertificateSummary[] {
  if (order === undefined) return found;
  const sign = order === 'ASCENDING' ? 1 : -1;
  const at = ({ CreatedAt }: CertificateSummary): number => CreatedAt?.getTime() ?? 0;
  return [...found].sort((a, b) => sign * (at(a) - at(b)));
}

/** The token names the last certificate given. */
function page(found: readonly CertificateSummary[], { MaxItems = MOST, NextToken: token }: Input) {
  const last = token === undefined ? -1 : found.findIndex(({ CertificateArn }) => CertificateArn === read(token));
  if (token !== undefined && last < 0)
    throw fault(InvalidArgsException, 'The NextToken is not valid; begin again without one.');
  const shown = found.slice(last + 1, last + 1 + MaxItems);
  const more = last + 1 + shown.length < found.length;
  const next = Buffer.from(shown.at(-1)?.CertificateArn ?? '').toString('base64url');
  return { CertificateSummaryList: shown, ...(more && { NextToken: next }) };
}

const read = (token: string): string => Buffer.from(token, 'base64url').toString();
