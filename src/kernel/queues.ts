import { parseArn } from './arn.ts';

/** What is sent to a queue. */
export interface QueueMessage {
  readonly body: string;
  /** By name; the value of a binary one is base64. */
  readonly attributes?: Readonly<Record<string, { readonly type: string; readonly value: string }>>;
  /** For FIFO queues, which need both. */
  readonly fifo?: { readonly groupId: string; readonly deduplicationId: string };
}

/** SQS queues, which are elsewhere: Teal has none of its own. */
export interface Queues {
  /** Whether anybody has said where they are. */
  readonly areReachable: boolean;
  /**
   * @param queueArn - {@link isQueueArn}
   * @throws what the SDK throws; an Error that says what to set when no queues are reachable
   */
  send(queueArn: string, message: QueueMessage, signal: AbortSignal): Promise<void>;
}

/** For whoever names a queue when none are reachable. */
export const QUEUES_MISSING =
  'Teal has no queues of its own; start it with --sqs-endpoint URL or TEAL_SQS_ENDPOINT=URL, the address of a service that speaks SQS';

/** Whether a text is the ARN of a queue. Source: SQS API Reference, CreateQueue, for the name. */
export function isQueueArn(text: string): boolean {
  const found = parseArn(text);
  return (
    found?.service === 'sqs' &&
    found.region !== '' &&
    /^\d{12}$/.test(found.account) &&
    /^(?=.{1,80}$)[\w-]+(?:\.fifo)?$/.test(found.resource)
  );
}

export const isFifoQueue = (queueArn: string): boolean => queueArn.endsWith('.fifo');
