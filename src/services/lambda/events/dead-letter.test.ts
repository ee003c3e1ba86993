import { expect, it } from 'vitest';
import type { Qualified } from '../qualified.ts';
import { deadLetter } from './dead-letter.ts';
import type { EndedEvent } from './end-event.ts';

const ended = (payload: string): EndedEvent => ({
  called: {} as Qualified,
  event: {
    requestId: 'r',
    functionName: 'f',
    payload: '{"n":1}',
    failures: 2,
    refusals: 0,
    acceptedAt: 0,
    dueAt: 0,
  },
  outcome: { ended: 'failed', result: { payload, functionError: 'Unhandled', logTail: '' } },
  condition: 'RetriesExhausted',
  settings: {} as EndedEvent['settings'],
});

const messageOf = (payload: string) =>
  deadLetter(ended(payload), 'arn:aws:sns:eu-west-1:123456789012:t', new Date(0)).attributes?.['ErrorMessage'];

it('cuts a long error message after at most 1 KB, between characters', () => {
  const message =
    messageOf(JSON.stringify({ errorMessage: 'ü'.repeat(300) + 'a' + 'ü'.repeat(300) }))?.StringValue ?? '';

  expect(Buffer.byteLength(message)).toBe(1023);
  expect(message.endsWith('ü')).toBe(true);
});

it.each(['null', '{}', '{"errorMessage":""}', '{"errorMessage":7}', '[]'])(
  'leaves out the message where the function gave %s',
  (payload) => {
    expect(messageOf(payload)).toBeUndefined();
  },
);
