import { newId } from '../../../kernel/ids.ts';
import type { DeliveryRecord } from '../records.ts';
import type { EndedEvent } from './end-event.ts';

/** Bytes of an error message that go along. Source: Lambda Developer Guide, dead-letter queues. */
const LONGEST_MESSAGE = 1024;

/** The event as it came, with why it ended in attributes. Source: Lambda Developer Guide, dead-letter queues. */
export function deadLetter(ended: EndedEvent, arn: string, now: Date): DeliveryRecord {
  const { event } = ended;
  const { code, message } = reasonOf(ended);
  const text = cut(message);
  return {
    id: newId.uuid(),
    functionName: event.functionName,
    ...(event.qualifier !== undefined && { qualifier: event.qualifier }),
    to: { kind: 'dead-letter', arn },
    body: event.payload,
    attributes: {
      RequestID: { DataType: 'String', StringValue: event.requestId },
      ...(code !== undefined && { ErrorCode: { DataType: 'Number', StringValue: String(code) } }),
      // SNS takes no empty value.
      ...(text !== '' && { ErrorMessage: { DataType: 'String', StringValue: text } }),
    },
    failures: 0,
    dueAt: now.getTime(),
  };
}

/** The words of one that never runs are AWS's, as others have recorded them. */
function reasonOf({ outcome, condition }: EndedEvent): { readonly code?: number; readonly message: string } {
  if (condition === 'ZeroReservedConcurrency')
    return { message: 'Function not invoked. Function isconfigured with zero reserved concurrent executions' };
  if (!outcome.result) return { code: 429, message: 'Rate Exceeded.' };
  const payload = JSON.parse(outcome.result.payload) as { readonly errorMessage?: unknown } | null;
  const message = payload?.errorMessage;
  return { code: 200, message: typeof message === 'string' ? message : '' };
}

/** Cuts between characters. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= LONGEST_MESSAGE) return text;
  return bytes
    .subarray(0, LONGEST_MESSAGE)
    .toString()
    .replace(/\uFFFD$/, '');
}
