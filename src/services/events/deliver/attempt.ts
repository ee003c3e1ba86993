import type { DeliveryWork } from '../../../kernel/delivery-queue.ts';
import { seconds } from '../../../kernel/span.ts';
import type { EventsTools } from '../deps.ts';
import { deliveriesIn, type DeliveryRecord } from '../records.ts';
import { placeOf } from '../targets.ts';
import type { Outcome } from './delivery.ts';
import { dueOf } from './due.ts';
import { toTarget } from './to-target.ts';

/** Source: EventBridge User Guide, retrying event delivery. How fast the waits grow is not said; here they double. */
const MOST_RETRIES = 185;
const OLDEST = 86_400;
const LONGEST_WAIT = 300;

/** Delivers what the store holds. */
export function deliveryWork(tools: EventsTools): DeliveryWork {
  const deliveries = deliveriesIn(tools.store);
  return {
    async pending() {
      return (await deliveries.everywhere()).map(({ scope, record }) => dueOf(scope, record));
    },
    async attempt({ scope, id }, signal) {
      const record = await deliveries.get(scope, id);
      if (!record) return undefined;
      const outcome = await attempt(tools, record, signal);
      if (signal.aborted && outcome.ended !== 'taken') return undefined;
      const next = afterAttempt(tools, record, outcome);
      if (next) await deliveries.change(scope, id, () => next);
      else await deliveries.remove(scope, id);
      return next?.dueAt;
    },
  };
}

async function attempt(tools: EventsTools, record: DeliveryRecord, signal: AbortSignal): Promise<Outcome> {
  const place = placeOf(record.target.Arn);
  if (!place) return { ended: 'refused', why: 'Teal does not deliver there' };
  try {
    return await toTarget(tools, place, record, signal);
  } catch (cause) {
    return { ended: 'failed', why: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** @returns the record of the next attempt; `undefined` when there is none */
function afterAttempt(
  { clock, logger }: EventsTools,
  record: DeliveryRecord,
  outcome: Outcome,
): DeliveryRecord | undefined {
  if (outcome.ended === 'taken') return undefined;
  const failures = record.failures + 1;
  const { MaximumRetryAttempts: most = MOST_RETRIES, MaximumEventAgeInSeconds: oldest = OLDEST } =
    record.target.RetryPolicy ?? {};
  const wait = clock.scaled(seconds(Math.min(LONGEST_WAIT, 2 ** Math.min(failures - 1, 10))));
  const dueAt = clock.now().getTime() + wait;
  const isTooOld = dueAt > record.acceptedAt + clock.scaled(seconds(oldest));
  const isOver = outcome.ended === 'refused' || failures > most || isTooOld;
  const fields = { rule: record.ruleName, target: record.target.Arn, failures, why: outcome.why };
  logger.warn(isOver ? 'gave up on an event' : 'an event was not taken', fields);
  return isOver ? undefined : { ...record, failures, dueAt };
}
