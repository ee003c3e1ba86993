import { expect, it } from 'vitest';
import { HEALTH_CHECK } from '../../testing/configs.ts';
import { afterCheck, matchesCode, registered, type CheckResult } from './target-health.ts';

const OK: CheckResult = { found: 'ok' };
const FAILED: CheckResult = { found: 'failed' };
const { interval } = HEALTH_CHECK;

const after = (results: readonly CheckResult[], every: number) =>
  results.reduce(
    (health, result, index) => afterCheck(health, result, HEALTH_CHECK, (index + 1) * every),
    registered(0),
  );

it('is healthy after one success at first', () => {
  expect(after([OK], 1)).toMatchObject({ state: 'healthy' });
});

it('counts the failures of a starting target once per interval, however often it is tried', () => {
  expect(after([FAILED, FAILED, FAILED], 1)).toMatchObject({
    state: 'initial',
    reason: 'Elb.InitialHealthChecking',
    description: 'Initial health checks in progress',
  });
  expect(after([FAILED, FAILED], interval)).toMatchObject({
    state: 'unhealthy',
    reason: 'Target.FailedHealthChecks',
    description: 'Health checks failed',
  });
});

it('leaves healthy only after the threshold of failures in a row, and comes back by the threshold of successes', () => {
  expect(after([OK, FAILED, OK, FAILED], interval).state).toBe('healthy');
  expect(after([OK, FAILED, { found: 'timeout' }], interval)).toMatchObject({
    state: 'unhealthy',
    reason: 'Target.Timeout',
    description: 'Request timed out',
  });
  expect(after([OK, FAILED, FAILED, OK], interval).state).toBe('unhealthy');
  expect(after([OK, FAILED, FAILED, OK, OK], interval).state).toBe('healthy');
});

it('names the different codes of the failures that count, and forgets them with a success', () => {
  const wrong = (code: number): CheckResult => ({ found: 'wrong-code', code });

  expect(after([wrong(500), wrong(404), wrong(404)], interval).description).toBe(
    'Health checks failed with these codes: [404]',
  );
  expect(after([OK, wrong(500), wrong(404)], interval).description).toBe(
    'Health checks failed with these codes: [500, 404]',
  );
  expect(after([wrong(500), FAILED], interval).reason).toBe('Target.FailedHealthChecks');
});

it('does not blame a target for a check that could not be made', () => {
  expect(after([FAILED, { found: 'own-fault' }], interval)).toMatchObject({
    state: 'unhealthy',
    reason: 'Elb.InternalError',
    description: 'Health checks failed due to an internal error',
  });
});

it('reads matchers of one code, several, and ranges', () => {
  expect([matchesCode('200', 200), matchesCode('200,202', 202), matchesCode('200-299', 250)]).toEqual([
    true,
    true,
    true,
  ]);
  expect([matchesCode('200', 201), matchesCode('200-299', 300)]).toEqual([false, false]);
});
