import { newId } from '../../../kernel/ids.ts';
import { LATEST, type DeliveryRecord } from '../records.ts';
import type { EndedEvent } from './end-event.ts';

/** Tells a destination how an event ended. Source: Lambda Developer Guide, destinations. */
export function invocationRecord(ended: EndedEvent, destination: string, now: Date): DeliveryRecord {
  const { event, condition, called } = ended;
  const functionArn = `${called.latest.arn}:${called.qualifier ?? LATEST}`;
  const record = {
    version: '1.0',
    timestamp: now.toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn,
      condition,
      approximateInvokeCount: event.failures + (ended.outcome.result ? 1 : 0),
    },
    requestPayload: JSON.parse(event.payload) as unknown,
    ...response(ended),
  };
  return {
    id: newId.uuid(),
    functionName: event.functionName,
    ...(event.qualifier !== undefined && { qualifier: event.qualifier }),
    to: { kind: 'destination', arn: destination },
    body: JSON.stringify(record),
    event: {
      detailType: `Lambda Function Invocation Result - ${condition === 'Success' ? 'Success' : 'Failure'}`,
      resources: [destination, functionArn],
    },
    failures: 0,
    dueAt: now.getTime(),
  };
}

/** Of an event that never ran there is no response; that a throttled one shows its status is assumed. */
function response({ outcome: { ended, result }, called }: EndedEvent) {
  if (ended === 'not-run') return { responseContext: { statusCode: 429 } };
  if (!result) return {};
  return {
    responseContext: {
      statusCode: 200,
      executedVersion: called.version,
      ...(result.functionError && { functionError: result.functionError }),
    },
    responsePayload: JSON.parse(result.payload) as unknown,
  };
}
