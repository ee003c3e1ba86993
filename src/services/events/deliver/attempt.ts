import type { DeliveryWork } from '../../../kernel/delivery-queue.ts';
import { seconds } from '../../../kernel/span.ts';
import type { EventsTools } from '../deps.ts';
import { deliveriesIn, type DeliveryRecord, type GaveUp } from '../records.ts';
import { placeOf } from '../targets.ts';
import { toDeadLetters } from './dead-letters.ts';
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
  if (record.gaveUp) return toDeadLetters(tools, record, record.gaveUp, signal);
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
  const now = clock.now().getTime();
  const dueAt = now + clock.scaled(seconds(Math.min(LONGEST_WAIT, 2 ** Math.min(failures - 1, 10))));
  const exhausted = exhaustedBy(record, failures, ((dueAt - record.acceptedAt) * clock.timeScale) / 1000);
  const isOver = outcome.ended === 'refused' || exhausted !== undefined;
  const fields = { rule: record.ruleName, target: record.target.Arn, failures, why: outcome.why };
  const what = record.gaveUp ? 'the dead letter of an event' : 'an event';
  logger.warn(isOver ? `gave up on ${what}` : `${what} was not taken`, fields);
  if (!isOver) return { ...record, failures, dueAt };
  if (record.gaveUp || record.target.DeadLetterConfig?.Arn === undefined) return undefined;
  const { code = 'SDK_CLIENT_ERROR', why } = outcome;
  const gaveUp = { code, why, retries: record.failures, ...(outcome.ended === 'failed' && exhausted && { exhausted }) };
  return { ...record, gaveUp, failures: 0, acceptedAt: now, dueAt: now };
}

/** @param age - in configured seconds, at the next attempt */
function exhaustedBy({ target, gaveUp }: DeliveryRecord, failures: number, age: number): GaveUp['exhausted'] {
  // Dead letters are tried as long as any event may be, whatever the target's own policy says.
  const policy = gaveUp ? {} : (target.RetryPolicy ?? {});
  const { MaximumRetryAttempts: most = MOST_RETRIES, MaximumEventAgeInSeconds: oldest = OLDEST } = policy;
  if (failures > most) return 'MaximumRetryAttempts';
  return age > oldest ? 'MaximumEventAgeInSeconds' : undefined;
}
