import { isFifoQueue, isQueueArn, QUEUES_MISSING, type Queues } from '../../kernel/queues.ts';
import { invalidParameter } from './faults.ts';

/** The queue that messages go to which nobody took. */
export function deadLetterQueue(redrivePolicy: string | undefined): string | undefined {
  if (redrivePolicy === undefined) return undefined;
  const policy: unknown = parsed(redrivePolicy);
  const arn = typeof policy === 'object' && policy !== null && 'deadLetterTargetArn' in policy;
  return arn && typeof policy.deadLetterTargetArn === 'string' ? policy.deadLetterTargetArn : undefined;
}

/** @throws InvalidParameter, in words that are assumed */
export function requireRedrive(redrivePolicy: string, { areReachable }: Queues): string {
  if (parsed(redrivePolicy) === undefined) throw refused('failed to parse JSON.');
  const queue = deadLetterQueue(redrivePolicy);
  if (queue === undefined) throw refused('deadLetterTargetArn must be given.');
  if (!isQueueArn(queue)) throw refused('deadLetterTargetArn is an invalid arn.');
  if (isFifoQueue(queue)) throw refused('must use a standard queue as the dead-letter queue of a standard topic.');
  if (!areReachable) throw refused(QUEUES_MISSING);
  return queue;
}

const refused = (why: string) => invalidParameter(`RedrivePolicy: ${why}`);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
