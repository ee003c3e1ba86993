import type { Balancer, BalancerObservation, CertificateConfig } from '../../drivers/balancers/balancer.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Store, Transaction } from '../../store/store.ts';
import { balancerConfig, lacksCertificate, type BalancerWish } from './balancer-config.ts';
import { NO_CERTIFICATES, type Certificates } from './certificates.ts';
import { advanceEpoch, currentEpoch } from './epoch.ts';
import { elbRecords, type ListenerRecord } from './records.ts';

/** Brings the balancer to what the store holds: one apply at a time, and one for all who wait. */
export interface BalancerLink {
  /** Resolves once the balancer has acknowledged a config of this epoch or a later one. */
  reach(epoch: number): Promise<BalancerObservation>;
  /** Applies the store as it stands, whatever was acknowledged before: at start, and when the balancer was replaced. */
  reapply(): Promise<BalancerObservation>;
  observe(): Promise<BalancerObservation>;
  /** The epoch last acknowledged to this process. */
  acknowledged(): number;
}

export interface LinkDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly balancer: Balancer;
  readonly accessLogFolder: string;
  /** Where the certificates of HTTPS listeners are; without it there are none. */
  readonly certificates?: Certificates;
}

export function createBalancerLink(deps: LinkDeps): BalancerLink {
  let last: BalancerObservation | undefined;
  let running: Promise<BalancerObservation> | undefined;
  let next: Promise<BalancerObservation> | undefined;
  const notePorts = portNotes(deps.logger);
  const noteLacking = lackingNotes(deps.logger);

  const run = async (): Promise<BalancerObservation> => {
    last = await applyStore(deps, noteLacking);
    notePorts(last);
    return last;
  };
  // The store is read when an apply begins: whoever comes later waits for the one after it, all of them for the same.
  const apply = (): Promise<BalancerObservation> => {
    if (!running) {
      running = run().finally(() => (running = undefined));
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return apply();
      });
    return next;
  };
  return {
    reach: (epoch) => (last && last.epoch >= epoch ? Promise.resolve(last) : apply()),
    reapply: apply,
    observe: () => deps.balancer.observe(),
    acknowledged: () => last?.epoch ?? 0,
  };
}

async function applyStore(deps: LinkDeps, note: (wish: BalancerWish) => void): Promise<BalancerObservation> {
  const wish = await deps.store.transaction((tx) => readWish(tx, deps.certificates));
  note(wish);
  const observation = await deps.balancer.apply(
    balancerConfig(wish, { scaled: (span) => deps.clock.scaled(span), accessLogFolder: deps.accessLogFolder }),
  );
  if (observation.epoch <= wish.epoch) return observation;
  // The balancer outlived the store it was told of (a reset): an older epoch is ignored, so go past its own.
  await deps.store.transaction((tx) => advanceEpoch(tx, observation.epoch));
  return applyStore(deps, note);
}

/** Reads all that the balancer's config is computed from, at one moment. */
export async function readWish(tx: Transaction, certificates = NO_CERTIFICATES): Promise<BalancerWish> {
  const records = elbRecords(tx);
  const all = async <T>(kind: { everywhere(): Promise<{ readonly record: T }[]> }): Promise<T[]> =>
    (await kind.everywhere()).map((kept) => kept.record);
  return {
    epoch: await currentEpoch(tx),
    loadBalancers: await all(records.loadBalancers),
    listeners: await all(records.listeners),
    rules: await all(records.rules),
    targetGroups: await all(records.targetGroups),
    targets: await all(records.targets),
    certificates: await namedCertificates(tx, certificates),
  };
}

async function namedCertificates(tx: Transaction, certificates: Certificates): Promise<Map<string, CertificateConfig>> {
  const found = new Map<string, CertificateConfig>();
  for (const { scope, record } of await elbRecords(tx).listeners.everywhere())
    for (const arn of record.certificateArns) {
      const certificate = await certificates.find(tx, scope, arn);
      if (!certificate) continue;
      const { certificate: chain, privateKey } = certificate;
      found.set(arn, { arn, certificate: chain, privateKey });
    }
  return found;
}

function lackingNotes(logger: Logger): (wish: BalancerWish) => void {
  let known: ReadonlySet<string> = new Set();
  return (wish) => {
    const lacking = wish.listeners.filter((listener) => missingCertificates(listener, wish).length > 0);
    for (const listener of lacking) {
      if (known.has(listener.arn)) continue;
      const what = lacksCertificate(listener, wish)
        ? 'an HTTPS listener is not served: its default certificate is gone'
        : 'an HTTPS listener is served without some of its certificates: they are gone';
      logger.error(what, { listenerArn: listener.arn, certificateArns: missingCertificates(listener, wish) });
    }
    known = new Set(lacking.map((listener) => listener.arn));
  };
}

const missingCertificates = ({ certificateArns }: ListenerRecord, { certificates }: BalancerWish): string[] =>
  certificateArns.filter((arn) => !certificates.has(arn));

function portNotes(logger: Logger): (observation: BalancerObservation) => void {
  const known = new Map<string, string | undefined>();
  return ({ listeners }) => {
    for (const { arn, boundPort, note } of listeners) {
      if (note !== undefined && known.get(arn) !== note)
        logger.warn('a listener is not served as it was asked for', { listenerArn: arn, boundPort, note });
      known.set(arn, note);
    }
  };
}
