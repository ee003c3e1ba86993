import { expect, it } from 'vitest';
import type { Deployment } from '../deployment.ts';
import type { HookAttempts, HookExecution } from '../progress.ts';
import { fakeDeployment, fakeRelease } from '../fake-deployment.ts';
import { BLUE, fakeWorld, GREEN, PRODUCTION, RULE, TEST } from '../fake-ports.ts';
import { planOf } from '../plan/plan-state.ts';
import type { PlanState, StepKind } from '../plan/step.ts';
import type { Route, ServiceView } from '../ports.ts';
import { newDeployment } from '../requests.ts';
import { decide } from './decide.ts';
import { hookLogWanted } from './hook-rule.ts';
import { type Observed, seen } from './observed.ts';

const MINUTE = 60_000;
const ORIGINAL = 'arn:task-set/original';
const REPLACEMENT = 'arn:task-set/of-d-000000001';
type TaskSet = ServiceView['taskSets'][number];

/** A deployment in the first (or nth) step of a kind, begun at 0. */
function inStep(kind: StepKind, change: Partial<PlanState> = {}, nth = 0): Deployment {
  const created = newDeployment(fakeDeployment(fakeRelease({ readyWaitMinutes: 30 })), 0);
  const plan = planOf(created);
  const at = plan.steps.flatMap((step, index) => (step.kind === kind ? [index] : []))[nth] ?? -1;
  const event = plan.steps[at]?.event;
  const sides = {
    originalTaskSetArn: ORIGINAL,
    originalTargetGroupArn: BLUE,
    replacementTargetGroupArn: GREEN,
    replacementTaskSetArn: REPLACEMENT,
  };
  const events = created.progress.events.map((each) =>
    each.name === event ? { ...each, status: 'InProgress' as const, startedAt: 0 } : each,
  );
  const state: PlanState = { ...plan, at, since: 0, sides, share: 0, routes: [PRODUCTION, RULE], ...change };
  return { ...created, status: 'InProgress', startedAt: 0, progress: { ...created.progress, events, plan: state } };
}

const taskSets = (change: Partial<TaskSet> = {}): readonly TaskSet[] => {
  const [original] = fakeWorld(() => 0).taskSets;
  if (!original) return [];
  const replacement = { ...original, arn: REPLACEMENT, id: 'r', status: 'ACTIVE' as const, targetGroupArn: GREEN };
  return [original, { ...replacement, externalId: 'd-000000001', ...change }];
};
const routesAt = (share: number): readonly Route[] =>
  [PRODUCTION, RULE].map((arn, index) => ({
    arn,
    isDefault: index === 0,
    weights: { [GREEN]: share, [BLUE]: 100 - share },
  }));

function observed(share = 0, sets = taskSets(), change: Partial<Observed> = {}): Observed {
  const service = { serviceArn: 's', clusterArn: 'c', controller: 'CODE_DEPLOY', status: 'ACTIVE', desiredCount: 2 };
  return {
    service: seen({ ...service, taskSets: sets }),
    targetGroups: seen(fakeWorld(() => 0).targetGroups),
    production: seen(routesAt(share)),
    test: seen([{ arn: TEST, isDefault: true, weights: { [BLUE]: 1 } }]),
    ...change,
  };
}

const ask = (deployment: Deployment, now: number, world = observed()) => decide(deployment, world, now, (span) => span);
const withHook = (execution: Partial<HookExecution>): Deployment => {
  const deployment = inStep('hook');
  const hook = { id: 'x', event: 'BeforeInstall', functionName: 'BeforeInstall', startedAt: 0, ...execution } as const;
  return { ...deployment, progress: { ...deployment.progress, hooks: [hook] } };
};

it('begins what was created, and passes the preflight knowing who is who', () => {
  const created = newDeployment(fakeDeployment(), 0);
  expect(ask(created, 0)).toEqual({ do: 'begin' });
  expect(ask(inStep('preflight'), 0)).toEqual({
    do: 'pass',
    learnt: {
      sides: { originalTaskSetArn: ORIGINAL, originalTargetGroupArn: BLUE, replacementTargetGroupArn: GREEN },
      found: { production: routesAt(0), test: [{ arn: TEST, isDefault: true, weights: { [BLUE]: 1 } }] },
    },
  });
});

it('invokes a hook until it is known to have been invoked, and then waits an hour for its answer', () => {
  expect(ask(inStep('hook'), 0)).toEqual({ do: 'invokeHook' });
  expect(ask(withHook({}), 0)).toEqual({ do: 'invokeHook' });
  expect(ask(withHook({ invokedAt: 5 }), 60 * MINUTE + 4)).toMatchObject({ do: 'wait', until: 60 * MINUTE + 5 });
  const read = observed(0, taskSets(), { hookLog: seen({ tail: 'it was busy', isWhole: false }) });
  expect(ask(withHook({ invokedAt: 5 }), 60 * MINUTE + 5, read)).toMatchObject({
    do: 'end',
    diagnostics: { errorCode: 'ScriptTimedOut', logTail: 'it was busy' },
  });
});

it('takes an answer also when the invocation is not known to have returned', () => {
  expect(ask(withHook({ answer: { status: 'Succeeded', at: 1 } }), 1)).toEqual({ do: 'pass' });
  const read = observed(0, taskSets(), { hookLog: seen({ tail: 'no good', isWhole: true }) });
  expect(ask(withHook({ answer: { status: 'Failed', at: 1 } }), 1, read)).toMatchObject({
    do: 'end',
    status: 'Failed',
    rollBack: false,
    error: { code: 'HOOK_EXECUTION_FAILURE' },
    diagnostics: { errorCode: 'ScriptFailed', logTail: 'no good' },
  });
});

it('waits a second for the log of a function that reported Failed, and not for one that it may not read', () => {
  const failed = withHook({ answer: { status: 'Failed', at: 1 } });
  const missing = observed(0, taskSets(), { hookLog: seen(undefined) });
  const half = observed(0, taskSets(), { hookLog: seen({ tail: 'half', isWhole: false }) });
  const denied = observed(0, taskSets(), { hookLog: { is: 'fault', fault: 'forbidden', message: 'no' } });

  for (const world of [observed(), missing, half]) {
    expect(ask(failed, 1000, world)).toMatchObject({ do: 'wait', until: 1001, pace: 'install' });
    expect(ask(failed, 1001, world)).toMatchObject({ do: 'end' });
  }
  expect(ask(failed, 1001, half)).toMatchObject({ diagnostics: { logTail: 'half' } });
  expect(ask(failed, 1, denied)).toMatchObject({ do: 'end', diagnostics: { errorCode: 'ScriptFailed' } });
});

it('wants the log of a function only when the deployment ends by its hook', () => {
  const wanted = (execution: Partial<HookExecution>, now = 1) =>
    hookLogWanted(withHook(execution), now, (span) => span)?.id;

  expect(wanted({})).toBeUndefined();
  expect(wanted({ invokedAt: 1 }, 60 * MINUTE)).toBeUndefined();
  expect(wanted({ invokedAt: 1 }, 60 * MINUTE + 1)).toBe('x');
  expect(wanted({ invokedAt: 1, answer: { status: 'Succeeded', at: 1 } }, 61 * MINUTE)).toBeUndefined();
  expect(wanted({ invokedAt: 1, answer: { status: 'Failed', at: 1 } })).toBe('x');
  expect(wanted({ functionName: 'https://a', answer: { status: 'Failed', at: 1 } })).toBeUndefined();
});

it('shows what the endpoint of a webhook answered, at once, when it reports Failed or nothing', () => {
  const hook = { functionName: 'https://hooks.test/a', invokedAt: 1, accepted: 'HTTP 202\nok' };

  expect(ask(withHook({ ...hook, answer: { status: 'Failed', at: 1 } }), 1)).toMatchObject({
    do: 'end',
    diagnostics: { message: 'The endpoint https://hooks.test/a reported Failed.', logTail: 'HTTP 202\nok' },
  });
  expect(ask(withHook(hook), 60 * MINUTE + 1)).toMatchObject({
    do: 'end',
    diagnostics: { errorCode: 'ScriptTimedOut', logTail: 'HTTP 202\nok' },
  });
});

it('invokes again ever later after attempts that failed, for an hour at most', () => {
  const attempts = { times: 1, lastAt: 100, message: 'no answer', isThrottled: false, answer: 'HTTP 503' };
  const tried = (change: Partial<HookAttempts>, functionName = 'https://hooks.test/a') =>
    withHook({ functionName, attempts: { ...attempts, ...change } });

  expect(ask(tried({}), 599)).toMatchObject({ do: 'wait', until: 600, wait: { until: 60 * MINUTE } });
  expect(ask(tried({}), 600)).toEqual({ do: 'invokeHook' });
  expect(ask(tried({ times: 3 }), 2099)).toMatchObject({ do: 'wait', until: 2100 });
  expect(ask(tried({ times: 50 }), MINUTE + 99)).toMatchObject({ do: 'wait', until: MINUTE + 100 });
  expect(ask(tried({ times: 9 }), 60 * MINUTE)).toMatchObject({
    do: 'end',
    error: { code: 'HOOK_EXECUTION_FAILURE' },
    diagnostics: {
      errorCode: 'ScriptTimedOut',
      message: expect.stringContaining('in 9 attempts. The last one: no answer') as string,
      logTail: 'HTTP 503',
    },
  });
  expect(ask(tried({ isThrottled: true }), 60 * MINUTE)).toMatchObject({ error: { code: 'HOOK_EXECUTION_FAILURE' } });
  expect(ask(tried({ isThrottled: true }, 'fn'), 60 * MINUTE)).toMatchObject({ error: { code: 'THROTTLED' } });
});

it('waits for a steady replacement at most an hour, whatever the service answers', () => {
  const unsteady = observed(0, taskSets({ isSteady: false, runningCount: 1 }));
  const silent = observed(0, taskSets(), { service: { is: 'fault', fault: 'unavailable', message: 'no' } });

  expect(ask(inStep('steady'), 0)).toEqual({ do: 'pass' });
  expect(ask(inStep('steady'), 60 * MINUTE - 1, unsteady)).toMatchObject({ do: 'wait', wait: { for: 'install' } });
  expect(ask(inStep('steady'), 60 * MINUTE, unsteady)).toMatchObject({ do: 'end', error: { code: 'TIMEOUT' } });
  expect(ask(inStep('steady'), 60 * MINUTE - 1, silent)).toMatchObject({ do: 'wait', pace: 'retry' });
  expect(ask(inStep('steady'), 60 * MINUTE, silent)).toMatchObject({ do: 'end', error: { code: 'TIMEOUT' } });
});

it('takes a replacement that is steady after the limit, since nobody looked before', () => {
  expect(ask(inStep('steady'), 90 * MINUTE)).toEqual({ do: 'pass' });
});

it('scales configured waits and nothing else', () => {
  const decision = decide(inStep('interval', { share: 10 }), observed(10), 0, (span) => (span / 60) as typeof span);

  expect(decision).toMatchObject({ do: 'wait', until: 5000 });
});

it('shifts at once, waits the interval, and fails when the replacement is unsteady for five minutes', () => {
  expect(ask(inStep('shift'), 0)).toEqual({ do: 'shift', share: 10 });
  expect(ask(inStep('interval', { share: 10 }), 5 * MINUTE - 1, observed(10))).toMatchObject({ until: 5 * MINUTE });
  expect(ask(inStep('interval', { share: 10 }), 5 * MINUTE, observed(10))).toEqual({ do: 'pass' });
  expect(ask(inStep('shift', { unsteadySince: 0 }), 5 * MINUTE - 1)).toMatchObject({ do: 'shift' });
  expect(ask(inStep('shift', { unsteadySince: 0 }), 5 * MINUTE)).toMatchObject({
    error: { code: 'CUSTOMER_APPLICATION_UNHEALTHY' },
  });
});

it('shifts only to a replacement that is steady, and finishes a shift that was begun', () => {
  const restarting = observed(0, taskSets({ isSteady: false }));

  expect(ask(inStep('shift', { unsteadySince: 0 }), 1, restarting)).toMatchObject({ do: 'wait' });
  expect(ask(inStep('shift', { unsteadySince: 0, acting: true }), 1, restarting)).toEqual({ do: 'shift', share: 10 });
});

it('never shifts to a replacement that has no task', () => {
  const empty = observed(0, taskSets({ runningCount: 0, isSteady: false }));

  expect(ask(inStep('shift', { unsteadySince: 0 }), 1, empty)).toMatchObject({ do: 'wait' });
});

it('takes either side of a shift in flight for right, and nothing else', () => {
  const acting = inStep('shift', { share: 10, acting: true }, 1);

  expect(ask(acting, 0, observed(10))).toMatchObject({ do: 'shift', share: 100 });
  expect(ask(acting, 0, observed(100))).toMatchObject({ do: 'shift', share: 100 });
  expect(ask(acting, 0, observed(50))).toMatchObject({ error: { code: 'ELASTIC_LOAD_BALANCING_INVALID' } });
});

it('fails when a rule that it moved is gone', () => {
  const gone = observed(10, taskSets(), { production: seen(routesAt(10).slice(0, 1)) });

  expect(ask(inStep('interval', { share: 10 }), 0, gone)).toMatchObject({
    do: 'end',
    error: { message: expect.stringContaining(RULE) as string },
  });
});

it('does not terminate an original that someone gave traffic again, nor before the replacement is primary', () => {
  const [original, replacement] = taskSets({ status: 'PRIMARY' });
  const sets = original && replacement ? [{ ...original, status: 'ACTIVE' as const }, replacement] : [];

  expect(ask(inStep('terminateOriginal', { share: 100 }), 0, observed(100, sets))).toEqual({ do: 'terminateOriginal' });
  expect(ask(inStep('terminateOriginal', { share: 100 }), 0, observed(90, sets))).toMatchObject({ do: 'end' });
  expect(ask(inStep('terminateOriginal', { share: 100 }), 0, observed(100))).toMatchObject({ do: 'wait' });
});

it('goes on terminating once that was recorded, unless the original is alive and has traffic again', () => {
  const terminating = inStep('terminateOriginal', { share: 100, acting: true });
  const stopped = { ...terminating, progress: { ...terminating.progress, stopRequested: { at: 0 } } };

  const [original, replacement] = taskSets({ status: 'PRIMARY' });
  const ended = original && replacement ? [{ ...original, status: 'DRAINING' as const }, replacement] : [];

  expect(ask(stopped, 0, observed(100))).toEqual({ do: 'terminateOriginal' });
  expect(ask(stopped, 0, observed(50, ended))).toEqual({ do: 'terminateOriginal' });
  expect(ask(terminating, 0, observed(50))).toMatchObject({
    do: 'end',
    rollBack: false,
    error: { code: 'ELASTIC_LOAD_BALANCING_INVALID' },
  });
});

it('waits at the ready gate and ends it by request or by time', () => {
  const gate = inStep('readyGate');
  const continued = { ...gate, progress: { ...gate.progress, continued: { ready: 1 } } };

  expect(ask(gate, 30 * MINUTE - 1)).toMatchObject({ do: 'wait', wait: { for: 'ready' } });
  expect(ask(gate, 30 * MINUTE)).toMatchObject({ do: 'end', status: 'Stopped', rollBack: true });
  expect(ask(continued, 1)).toEqual({ do: 'pass' });
});

it.each([
  [undefined, true],
  [true, true],
  [false, false],
] as const)('rolls a stop back as asked (%s) or else as configured', (rollBack, expected) => {
  const deployment = inStep('interval');
  const stopRequested = { at: 0, ...(rollBack !== undefined && { rollBack }) };
  const stopped = { ...deployment, progress: { ...deployment.progress, stopRequested } };

  expect(ask(stopped, 0)).toMatchObject({ do: 'end', status: 'Stopped', rollBack: expected });
});

it('stops when alarms cannot be read, unless that is to be ignored or may pass', () => {
  const watching = (ignorePollFailure: boolean): Deployment => {
    const deployment = inStep('interval');
    return { ...deployment, release: { ...deployment.release, alarms: { names: ['a'], ignorePollFailure } } };
  };
  const failing = (fault: 'unavailable' | 'throttled') =>
    observed(0, taskSets(), { alarms: { is: 'fault', fault, message: 'no' } });

  expect(ask(watching(false), 0, failing('unavailable'))).toMatchObject({ do: 'end', status: 'Stopped' });
  expect(ask(watching(false), 0, failing('throttled'))).toMatchObject({ do: 'wait' });
  expect(ask(watching(true), 0, failing('unavailable'))).toMatchObject({ do: 'wait' });
});

it('notices a task set that vanished', () => {
  const deployment = inStep('interval', { share: 10 });
  const [original, replacement] = taskSets();
  const { id, arn, status, desiredCount, pendingCount, runningCount, trafficWeight, targetGroupName } =
    replacement ?? original ?? never();
  const view = { id, arn, status, desiredCount, pendingCount, runningCount, trafficWeight, targetGroupName };
  const known = {
    ...deployment,
    progress: { ...deployment.progress, replacement: { ...view, targetGroupArn: GREEN } },
  };

  expect(ask(known, 0, observed(10, original ? [original] : []))).toMatchObject({
    error: { code: 'ECS_UPDATE_ERROR' },
    rollBack: true,
  });
  expect(ask(known, 0, observed(10, replacement ? [replacement] : []))).toMatchObject({
    error: { code: 'INVALID_ECS_SERVICE' },
    rollBack: false,
  });
});

function never(): never {
  throw new Error('the fake world has task sets');
}
