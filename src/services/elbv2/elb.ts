import type { BalancerObservation } from '../../drivers/balancers/balancer.ts';
import type { Bell } from '../../kernel/bell.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Store } from '../../store/store.ts';
import { ApiError } from '../../wire/api-error.ts';
import { runChange, type Changing } from './change.ts';
import type { BalancerLink } from './balancer-link.ts';
import { finishDrains } from './drain-keeper.ts';
import type { Certificates } from './certificates.ts';
import type { Network } from '../../aws/network.ts';
import { elbRecords, type ElbRecords } from './records.ts';

/** What the actions of this service work with. */
export interface Elb {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly network: Network | undefined;
  readonly certificates: Certificates;
  readonly link: BalancerLink;
  /** The records outside any transaction, for reading. */
  readonly records: ElbRecords;
  /** Runs a change as one transaction and gives its result once the balancer has acknowledged it. */
  change<R>(work: (tx: Changing) => Promise<R>): Promise<R>;
  /** Forgets the targets that have drained by now. */
  finishDrains(): Promise<void>;
}

export interface ElbParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bell: Bell;
  readonly link: BalancerLink;
  readonly network: Network | undefined;
  readonly certificates: Certificates;
}

export function createElb(parts: ElbParts): Elb {
  const { store, clock, logger, bell, link, network, certificates } = parts;
  return {
    clock,
    logger,
    link,
    network,
    certificates,
    records: elbRecords(store),
    async change(work) {
      const done = await runChange(store, work);
      await acknowledge(parts, done.epoch);
      if (done.changed) bell.ring();
      return done.result;
    },
    async finishDrains() {
      await finishDrains(parts);
    },
  };
}

/** @throws {ApiError} `ServiceUnavailable`: the wish is kept, and the loop goes on bringing it to the balancer */
async function acknowledge({ link, logger }: ElbParts, epoch: number): Promise<BalancerObservation> {
  try {
    return await link.reach(epoch);
  } catch (error) {
    logger.error('the balancer did not take the new config', { epoch, error });
    throw new ApiError(
      'ServiceUnavailable',
      'The change is recorded, but the load balancer has not acknowledged it yet; it is tried again until it does.',
      503,
    );
  }
}
