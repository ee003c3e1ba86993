import { expect, it } from 'vitest';
import { fakeRelease } from './fake-deployment.ts';
import { type FakeRun, fakeRun } from './fake-run.ts';
import { type HookCall, PortError, type PortFault } from './ports.ts';

const HOUR = 3_600_000;
const ADDRESS = 'https://hooks.test/release';

/** A deployment whose first hook, and only that, calls the address. */
const hooked = (target = ADDRESS): FakeRun =>
  fakeRun(
    fakeRelease({
      appSpec: { taskDefinition: 'app:2', containerName: 'app', containerPort: 80, hooks: { BeforeInstall: target } },
    }),
  );

const failing = (run: FakeRun, fault: PortFault, times: number, answer?: string): void => {
  for (let time = 0; time < times; time += 1) {
    const error = new PortError(fault, `attempt ${time + 1}`, answer === undefined ? {} : { answer });
    run.world.faults.push({ at: 'invoke', error });
  }
};

const firstHook = (run: FakeRun) => run.deployment().progress.hooks[0];
const diagnostics = (run: FakeRun) => run.deployment().progress.events[0]?.diagnostics;
const elapsed = (run: FakeRun): number => {
  const { startedAt = 0, finishedAt = 0 } = run.deployment();
  return finishedAt - startedAt;
};

async function complete(run: FakeRun): Promise<void> {
  const engine = await run.start();
  await run.untilOver();
  await engine.close();
}

it('counts attempts in the record, also across a crash, and never calls under another id', async () => {
  const run = hooked();
  failing(run, 'unavailable', 3);
  let dead = false;
  const engine = await run.start((name) => {
    if (dead) throw new Error('dead');
    if (name !== 'engine.invoke-hook.attempted') return;
    dead = true;
    void engine.close();
    throw new Error('the process ended');
  });
  await run.until(() => dead);
  await engine.close();
  const id = firstHook(run)?.id;
  expect(firstHook(run)?.attempts).toMatchObject({ times: 1, message: 'attempt 1' });

  await complete(run);

  expect(run.deployment().status).toBe('Succeeded');
  expect(firstHook(run)).toMatchObject({ id, attempts: { times: 3, message: 'attempt 3' } });
  expect(run.world.invocations).toEqual([{ event: ADDRESS, executionId: id }]);
});

it('gives up after an hour at an endpoint that is never there, with its last answer', async () => {
  const run = hooked();
  failing(run, 'unavailable', 1000, 'HTTP 503\nback soon');
  await complete(run);

  expect(run.deployment()).toMatchObject({
    status: 'Failed',
    errorInformation: { code: 'HOOK_EXECUTION_FAILURE' },
  });
  expect(diagnostics(run)).toMatchObject({
    errorCode: 'ScriptTimedOut',
    scriptName: ADDRESS,
    logTail: 'HTTP 503\nback soon',
  });
  expect(elapsed(run)).toBeGreaterThanOrEqual(HOUR);
  expect(elapsed(run)).toBeLessThan(HOUR + 1000);
  expect(firstHook(run)?.attempts?.times).toBeGreaterThan(60);
  expect(firstHook(run)?.attempts?.times).toBeLessThan(70);
});

it('ends as THROTTLED when a function was throttled for an hour', async () => {
  const run = hooked('fn');
  failing(run, 'throttled', 1000);
  await complete(run);

  expect(run.deployment().errorInformation?.code).toBe('THROTTLED');
  expect(diagnostics(run)).toMatchObject({ errorCode: 'ScriptTimedOut', scriptName: 'fn' });
});

it('names the role and Lambda when the function may not be invoked', async () => {
  const run = hooked('fn');
  failing(run, 'forbidden', 1);
  await complete(run);

  expect(run.deployment().errorInformation).toEqual({
    code: 'IAM_ROLE_PERMISSIONS',
    message:
      'The IAM role arn:aws:iam::000000000000:role/deploy does not give you permission to perform operations in the following AWS service: AWSLambda.',
  });
  expect(diagnostics(run)).toMatchObject({ errorCode: 'UnknownError', message: 'attempt 1', scriptName: 'fn' });
});

it('shows what an endpoint answered that refuses for good, after one attempt', async () => {
  const run = hooked();
  failing(run, 'refused', 1, 'HTTP 404\nno such hook');
  await complete(run);

  expect(run.deployment().errorInformation?.code).toBe('HOOK_EXECUTION_FAILURE');
  expect(diagnostics(run)).toEqual({
    errorCode: 'UnknownError',
    message: 'attempt 1',
    scriptName: ADDRESS,
    logTail: 'HTTP 404\nno such hook',
  });
  expect(run.world.invocations).toEqual([]);
});

it('stops at once between two attempts', async () => {
  const run = hooked();
  failing(run, 'unavailable', 1000);
  const engine = await run.start();
  await run.until(() => (firstHook(run)?.attempts?.times ?? 0) === 9);
  const askedAt = run.clock.now().getTime();
  await run.stop();
  await run.untilOver();
  await engine.close();

  expect(run.deployment()).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });
  expect((run.deployment().finishedAt ?? Infinity) - askedAt).toBeLessThan(1000);
});

it('cuts a call off when the engine closes, counts no attempt, and makes it again under the same id', async () => {
  const run = hooked();
  const { hooks } = run.world.ports;
  const invoke: typeof hooks.invoke = hooks.invoke.bind(hooks);
  const calls: HookCall[] = [];
  hooks.invoke = (_scope, call, signal) =>
    new Promise((_resolve, reject) => {
      calls.push(call);
      signal.addEventListener('abort', () => reject(new PortError('unavailable', 'cut off')));
    });
  const engine = await run.start();
  await run.until(() => calls.length === 1);
  await engine.close();
  expect(firstHook(run)?.attempts).toBeUndefined();
  hooks.invoke = invoke;

  await complete(run);

  expect(run.deployment().status).toBe('Succeeded');
  expect(run.world.invocations.map(({ executionId }) => executionId)).toEqual([calls[0]?.executionId]);
});

it('shows the log of a function that reported Failed, and ends without one that cannot be read', async () => {
  const run = hooked('BeforeInstall');
  run.world.hooks.BeforeInstall = 'Failed';
  run.world.log = { tail: 'START\nno good\n', isWhole: true };
  await complete(run);
  const unread = hooked('BeforeInstall');
  unread.world.hooks.BeforeInstall = 'Failed';
  unread.world.faults.push({ at: 'log', error: new PortError('forbidden', 'no') });
  await complete(unread);

  expect(diagnostics(run)).toMatchObject({ errorCode: 'ScriptFailed', logTail: 'START\nno good\n' });
  expect(diagnostics(unread)).toEqual({
    errorCode: 'ScriptFailed',
    message: 'The function BeforeInstall reported Failed.',
    scriptName: 'BeforeInstall',
  });
});
