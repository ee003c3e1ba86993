import { parseArn } from '../../kernel/arn.ts';
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
export function checkEndpoint(protocol: Protocol, endpoint: string): void {
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
      if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
        throw invalidParameter(
          `SQS endpoint Reason: Teal has no queues of its own; give the http or https URL of a queue that speaks SQS, not '${endpoint}'`,
        );
  }
}

/** Whether an endpoint must first say that it wants messages. */
export const asksForConfirmation = (protocol: Protocol): boolean => protocol !== 'lambda' && protocol !== 'sqs';
