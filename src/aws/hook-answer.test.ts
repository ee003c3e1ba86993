import { expect, it } from 'vitest';
import { readHookAnswer } from './hook-answer.ts';

it('reads how a hook ended, or when to ask it again: after 30 seconds unless it says', () => {
  expect(readHookAnswer('{"hookStatus":"SUCCEEDED"}', undefined)).toEqual({ status: 'SUCCEEDED' });
  expect(readHookAnswer('{"hookStatus":"IN_PROGRESS","hookDetails":{"job":7}}', undefined)).toEqual({
    status: 'IN_PROGRESS',
    callAgainAfter: 30_000,
    details: { job: 7 },
  });
  expect(readHookAnswer('{"hookStatus":"IN_PROGRESS","callBackDelay":5}', undefined).callAgainAfter).toBe(5000);
  expect(readHookAnswer('{"hookStatus":"FAILED"}', undefined).status).toBe('FAILED');
});

it.each([
  ['null', undefined],
  ['no JSON', undefined],
  ['"SUCCEEDED"', undefined],
  ['{"hookStatus":"DONE"}', undefined],
  ['{"hookStatus":"IN_PROGRESS","callBackDelay":"soon"}', undefined],
  ['{"hookStatus":"SUCCEEDED"}', 'Unhandled'],
])('takes %s (function error %s) for a failure, and says why', (payload, functionError) => {
  const answer = readHookAnswer(payload, functionError);

  expect(answer.status).toBe('FAILED');
  expect(answer.message).not.toBe('');
});
