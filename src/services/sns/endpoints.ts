import { parseArn } from '../../kernel/arn.ts';
import { isFifoQueue, isQueueArn, QUEUES_MISSING, type Queues } from '../../kernel/queues.ts';
import { invalidParameter } from './faults.ts';
import { PROTOCOLS, type Protocol } from './records.ts';

const OTHERS = ['sms', 'application', 'firehose'];

/** @throws InvalidParameter */
export function readProtocol(text: string): Protocol {
  const found = PROTOCOLS.find((protocol) => protocol === text);
  if (found) return found;
  if (OTHERS.includes(text)) throw invalidParameter(`Protocol Reason: Teal does not deliver to ${text} yet`);
  throw invalidParameter(`Amazon SNS does not support this protocol string: ${text}`);
}

/** @throws InvalidParameter for an endpoint that does not fit its protocol */
export function checkEndpoint(protocol: Protocol, endpoint: string, queues: Queues): void {
  if (endpoint === '') throw invalidParameter('Endpoint');
  switch (protocol) {
    case 'http':
    case 'https':
      if (!endpoint.startsWith(`${protocol}://`) || !URL.canParse(endpoint))
        throw invalidParameter('Endpoint must match the specified protocol');
      return;
    case 'email':
    case 'email-json':
      if (!/^[^\s@<>"]+@[^\s@<>"]+$/.test(endpoint)) throw invalidParameter('Email address');
      return;
    case 'lambda':
      if (parseArn(endpoint)?.service !== 'lambda') throw invalidParameter('Lambda endpoint ARN');
      return;
    case 'sqs':
      checkQueue(endpoint, queues);
  }
}

/** A queue is named by its ARN, as with AWS, or by a URL of its own. */
function checkQueue(endpoint: string, { areReachable }: Queues): void {
  if (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)) return;
  if (!isQueueArn(endpoint)) throw invalidParameter('SQS endpoint ARN');
  if (isFifoQueue(endpoint))
    throw invalidParameter(
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
  if (!areReachable) throw invalidParameter(`SQS endpoint Reason: ${QUEUES_MISSING}`);
}

/** Whether an endpoint must first say that it wants messages. */
export const asksForConfirmation = (protocol: Protocol): boolean => protocol !== 'lambda' && protocol !== 'sqs';
