import { afterEach, beforeEach, expect, it } from 'vitest';
import { startRuntimeApi, type Answer, type RuntimeApi } from './runtime-api.ts';

let api: RuntimeApi;
let answers: Answer[];
let initErrors: string[];

beforeEach(async () => {
  answers = [];
  initErrors = [];
  api = await startRuntimeApi({
    delivered: () => undefined,
    answered: (answer) => void answers.push(answer),
    initFailed: (body) => void initErrors.push(body),
  });
});
afterEach(() => api.close());

const ask = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
  const url = `http://127.0.0.1:${api.port}/2018-06-01/runtime/${path}`;
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const offer = (requestId: string) =>
  api.offer({ requestId, payload: '{}', arn: 'arn', traceId: 'Root=1', deadlineAt: () => 1 });

it('accepts one answer to an event and refuses a second', async () => {
  offer('r-1');
  await ask('GET', 'invocation/next');

  const first = await ask('POST', 'invocation/r-1/response', '1');
  const second = await ask('POST', 'invocation/r-1/response', '2');

  expect(first).toEqual({ status: 202, body: { status: 'OK' } });
  expect(second).toEqual({ status: 400, body: { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' } });
  expect(answers).toEqual([{ kind: 'response', body: '1' }]);
});

it('refuses an answer to an event that it never gave', async () => {
  expect(await ask('POST', 'invocation/other/error', '{}')).toMatchObject({ status: 400 });
  expect(answers).toEqual([]);
});

it('refuses an answer above 6 MB with 413 and says so to the caller', async () => {
  offer('r-1');
  await ask('GET', 'invocation/next');

  const answer = await ask('POST', 'invocation/r-1/response', 'x'.repeat(6_291_557));

  expect(answer).toEqual({
    status: 413,
    body: {
      errorType: 'RequestEntityTooLarge',
      errorMessage: 'Exceeded maximum allowed payload size (6291556 bytes).',
    },
  });
  expect(answers).toEqual([{ kind: 'too-large' }]);
});

it('names the type of an error that comes without a body', async () => {
  await ask('POST', 'init/error', '', { 'lambda-runtime-function-error-type': 'Runtime.NoSuchHandler' });

  expect(JSON.parse(initErrors[0] ?? '')).toMatchObject({ errorType: 'Runtime.NoSuchHandler' });
});

it('refuses an error of the start after the start', async () => {
  offer('r-1');
  await ask('GET', 'invocation/next');

  expect(await ask('POST', 'init/error', '{}')).toMatchObject({
    status: 403,
    body: { errorType: 'InvalidStateTransition' },
  });
  expect(initErrors).toEqual([]);
});

it('says that it does not know a path', async () => {
  expect(await ask('GET', 'extensions')).toMatchObject({ status: 404, body: { errorType: 'NotFound' } });
});
