import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { parseArn } from '../../../kernel/arn.ts';
import type { DeliveryWork, Due } from '../../../kernel/delivery-queue.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { minutes, seconds } from '../../../kernel/span.ts';
import type { LogsParts } from '../deps.ts';
import { deliveriesIn, type SubscriptionDelivery } from '../records.ts';

/** Source: CloudWatch Logs User Guide, subscriptions: tried again for a day. How fast the waits grow is not said. */
const LONGEST = minutes(24 * 60);
const LONGEST_WAIT = 300;

const compress = promisify(gzip);

export const dueOf = ({ account, region }: Scope, { id, destination, dueAt }: SubscriptionDelivery): Due => ({
  scope: { account, region },
  id,
  lane: destination,
  dueAt,
});

/** Invokes functions with what the store holds for them, at least once. */
export function subscriptionWork(parts: Pick<LogsParts, 'store' | 'clock' | 'logger' | 'clients'>): DeliveryWork {
  const deliveries = deliveriesIn(parts.store);
  return {
    async pending() {
      return (await deliveries.everywhere()).map(({ scope, record }) => dueOf(scope, record));
    },
    async attempt({ scope, id }, signal) {
      const record = await deliveries.get(scope, id);
      if (!record) return undefined;
      const failed = await invoke(parts, scope, record, signal);
      if (failed && signal.aborted) return undefined;
      const next = failed && afterFailure(parts, record, failed);
      if (next) await deliveries.change(scope, id, () => next);
      else await deliveries.remove(scope, id);
      return next?.dueAt;
    },
  };
}

interface Failure {
  readonly why: string;
  readonly isForGood: boolean;
}

async function invoke(
  { clients }: Pick<LogsParts, 'clients'>,
  scope: Scope,
  record: SubscriptionDelivery,
  abortSignal: AbortSignal,
): Promise<Failure | undefined> {
  const { account = '', region = '' } = parseArn(record.destination) ?? {};
  const Payload = Buffer.from(JSON.stringify({ awslogs: { data: await dataOf(scope, record) } }));
  const command = new InvokeCommand({ FunctionName: record.destination, InvocationType: 'Event', Payload });
  try {
    await clients.lambda({ account, region }).send(command, { abortSignal });
    return undefined;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const { $fault: side, name } = cause as Error & { $fault?: string };
    return { why: cause.message, isForGood: side === 'client' && name !== 'TooManyRequestsException' };
  }
}

/** Source: CloudWatch Logs User Guide, subscription filters with Lambda. */
async function dataOf({ account }: Scope, { group, stream, filter, events }: SubscriptionDelivery): Promise<string> {
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: account,
    logGroup: group,
    logStream: stream,
    subscriptionFilters: [filter],
    logEvents: events,
  };
  return (await compress(JSON.stringify(message))).toString('base64');
}

/** @returns the record of the next attempt; `undefined` when there is none */
function afterFailure(
  { clock, logger }: Pick<LogsParts, 'clock' | 'logger'>,
  record: SubscriptionDelivery,
  { why, isForGood }: Failure,
): SubscriptionDelivery | undefined {
  const failures = record.failures + 1;
  const wait = seconds(Math.min(LONGEST_WAIT, 2 ** Math.min(failures - 1, 10)));
  const dueAt = clock.now().getTime() + clock.scaled(wait);
  const isOver = isForGood || dueAt > record.acceptedAt + clock.scaled(LONGEST);
  const fields = { group: record.group, filter: record.filter, destination: record.destination, failures, why };
  logger.warn(isOver ? 'gave up on log events for a subscriber' : 'log events were not taken', fields);
  return isOver ? undefined : { ...record, failures, dueAt };
}
