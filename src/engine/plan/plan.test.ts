import { expect, it } from 'vitest';
import { fakeRelease, withoutTestListener } from '../fake-deployment.ts';
import { compilePlan } from './compile-plan.ts';
import { shiftSchedule } from './shift-schedule.ts';

const shares = (routing: Parameters<typeof shiftSchedule>[0]) => shiftSchedule(routing).map((point) => point.share);
const kinds = (release: Parameters<typeof compilePlan>[0]) => compilePlan(release).steps.map((step) => step.kind);

it('moves everything at once, or a canary first, or in equal steps that end at exactly 100', () => {
  expect(shares({ kind: 'allAtOnce' })).toEqual([100]);
  expect(shares({ kind: 'canary', percentage: 10, interval: 5 })).toEqual([10, 100]);
  expect(shares({ kind: 'linear', percentage: 30, interval: 1 })).toEqual([30, 60, 90, 100]);
  expect(shares({ kind: 'linear', percentage: 50, interval: 1 })).toEqual([50, 100]);
});

it.each(Array.from({ length: 99 }, (_, index) => index + 1))(
  'shifts ceil(100/%i) times in a linear shift',
  (percentage) => {
    const points = shiftSchedule({ kind: 'linear', percentage, interval: 3 });

    expect(points).toHaveLength(Math.ceil(100 / percentage));
    expect(points.at(-1)).toEqual({ share: 100 });
    expect(points.slice(0, -1).every((point) => point.thenMinutes === 3)).toBe(true);
  },
);

it('refuses a percentage that is none', () => {
  expect(() => shiftSchedule({ kind: 'linear', percentage: 0, interval: 1 })).toThrow(RangeError);
  expect(() => shiftSchedule({ kind: 'canary', percentage: 100, interval: 1 })).toThrow(RangeError);
});

it('compiles a canary with test listener and ready gate into its steps', () => {
  expect(kinds(fakeRelease({ readyWaitMinutes: 10 }))).toEqual([
    'preflight',
    'hook',
    'prepareTraffic',
    'createTaskSet',
    'steady',
    'hook',
    'shiftTest',
    'hook',
    'readyGate',
    'hook',
    'shift',
    'interval',
    'shift',
    'makePrimary',
    'hook',
    'terminationWait',
    'terminateOriginal',
  ]);
});

it('leaves out test traffic without a test listener, and the gate without a ready wait', () => {
  const found = kinds(withoutTestListener(fakeRelease({ routing: { kind: 'allAtOnce' } })));

  expect(found).not.toContain('shiftTest');
  expect(found).not.toContain('readyGate');
  expect(found.filter((kind) => kind === 'hook')).toHaveLength(4);
});

it('restores traffic before it removes anything in a rollback', () => {
  const undo = {
    deploymentId: 'd-1',
    originalTaskSetArn: 'a',
    originalTargetGroupArn: 'b',
    replacementTargetGroupArn: 'c',
  };

  expect(kinds(fakeRelease({ undo }))).toEqual([
    'restoreProduction',
    'restoreTest',
    'reinstateOriginal',
    'removeReplacement',
  ]);
  expect(kinds(withoutTestListener(fakeRelease({ undo })))).not.toContain('restoreTest');
  expect(kinds(fakeRelease({ undo: { deploymentId: 'd-1' } }))).toEqual([]);
});
