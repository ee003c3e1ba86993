import type { EventsTools } from '../deps.ts';
import type { DeliveryRecord, GaveUp } from '../records.ts';
import { failureOf, TAKEN, type Outcome } from './delivery.ts';

/** Source: EventBridge User Guide, message attributes of dead letters. */
const textsOf = ({ ruleArn, target }: DeliveryRecord, { code, why, retries, exhausted }: GaveUp) => ({
  RULE_ARN: ruleArn,
  TARGET_ARN: target.Arn,
  ERROR_CODE: code,
  ERROR_MESSAGE: why,
  RETRY_ATTEMPTS: String(retries),
  EXHAUSTED_RETRY_CONDITION: exhausted,
});

/** Sends an event that its target did not take to the target's dead letters, as it came. */
export async function toDeadLetters(
  { queues }: EventsTools,
  record: DeliveryRecord,
  gaveUp: GaveUp,
  signal: AbortSignal,
): Promise<Outcome> {
  const queue = record.target.DeadLetterConfig?.Arn;
  if (queue === undefined) return TAKEN;
  const attributes = Object.fromEntries(
    Object.entries(textsOf(record, gaveUp)).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, { type: 'String', value }]],
    ),
  );
  try {
    await queues.send(queue, { body: JSON.stringify(record.event), attributes }, signal);
    return TAKEN;
  } catch (cause) {
    return failureOf(cause);
  }
}
