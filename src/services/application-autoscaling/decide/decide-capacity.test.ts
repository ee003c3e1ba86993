import { expect, it } from 'vitest';
import { decideCapacity, type PolicyView, type TargetSight } from './decide-capacity.ts';
import { notScaled } from './not-scaled.ts';
import { stepCapacity } from './step.ts';

type Tracking = Extract<PolicyView, { kind: 'tracking' }>;

const tracking = (members: Partial<Tracking> = {}): Tracking => ({
  kind: 'tracking',
  name: 'cpu',
  cooldown: undefined,
  high: undefined,
  low: undefined,
  value: 50,
  target: 50,
  canScaleIn: true,
  ...members,
});
const sight = (policies: readonly PolicyView[], members: Partial<TargetSight> = {}): TargetSight => ({
  current: 4,
  min: 1,
  max: 10,
  canScaleOut: true,
  canScaleIn: true,
  isDeploying: false,
  policies,
  now: 1000,
  ...members,
});

it('scales out in proportion to how far the metric is above its target, up to the maximum', () => {
  const policy = tracking({ high: 'High', value: 80 });

  expect(decideCapacity(sight([policy]))).toEqual({
    to: 7,
    policy: 'cpu',
    cause: 'monitor alarm High in state ALARM triggered policy cpu',
  });
  expect(decideCapacity(sight([policy], { max: 5 }))?.to).toBe(5);
  expect(decideCapacity(sight([policy], { max: 4 }))).toBeUndefined();
});

it('does nothing without an alarm, without data, or while it is suspended', () => {
  expect(decideCapacity(sight([tracking({ value: 80 })]))).toBeUndefined();
  expect(decideCapacity(sight([tracking({ high: 'High', value: undefined })]))).toBeUndefined();
  expect(decideCapacity(sight([tracking({ high: 'High', value: 80 })], { canScaleOut: false }))).toBeUndefined();
  expect(decideCapacity(sight([tracking({ low: 'Low', value: 10 })], { canScaleIn: false }))).toBeUndefined();
});

it('adds during a cooldown only what is more than was added before', () => {
  const cooldown = { direction: 'out', until: 2000, from: 4 } as const;

  expect(decideCapacity(sight([tracking({ high: 'High', value: 80, cooldown })], { current: 7 }))).toBeUndefined();
  expect(decideCapacity(sight([tracking({ high: 'High', value: 120, cooldown })], { current: 7 }))?.to).toBe(10);
  const over = { ...cooldown, until: 1000 };
  expect(decideCapacity(sight([tracking({ high: 'High', value: 60, cooldown: over })], { current: 7 }))?.to).toBe(9);
});

it('scales in only when every policy that may agrees, and not during a cooldown', () => {
  const idle = tracking({ low: 'Low', value: 10 });
  const busy = tracking({ name: 'memory', value: 48 });

  expect(decideCapacity(sight([idle]))?.to).toBe(1);
  expect(decideCapacity(sight([idle, busy]))).toBeUndefined();
  expect(decideCapacity(sight([idle, { ...busy, canScaleIn: false }]))?.to).toBe(1);
  expect(decideCapacity(sight([idle, { ...busy, low: 'Low2', value: 30 }]))?.to).toBe(3);
  const cooldown = { direction: 'in', until: 2000, from: 6 } as const;
  expect(decideCapacity(sight([{ ...idle, cooldown }]))).toBeUndefined();
  expect(decideCapacity(sight([tracking({ high: 'High', value: 80, cooldown })]))?.to).toBe(7);
});

it('takes the largest of what several policies ask for', () => {
  const policies = [tracking({ high: 'A', value: 60 }), tracking({ name: 'memory', high: 'B', value: 90 })];

  expect(decideCapacity(sight(policies))).toMatchObject({ to: 8, policy: 'memory' });
});

it('brings a service within its bounds before anything else', () => {
  expect(decideCapacity(sight([], { current: 0 }))).toEqual({ to: 1, cause: 'minimum capacity was set to 1' });
  expect(decideCapacity(sight([], { current: 12 }))).toEqual({ to: 10, cause: 'maximum capacity was set to 10' });
});

it('starts a first task where there is none', () => {
  expect(decideCapacity(sight([tracking({ high: 'High', value: 80 })], { current: 0, min: 0 }))?.to).toBe(1);
});

it('follows the step that the breach falls into', () => {
  const step = {
    AdjustmentType: 'ChangeInCapacity',
    StepAdjustments: [
      { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 20, ScalingAdjustment: 1 },
      { MetricIntervalLowerBound: 20, ScalingAdjustment: 3 },
    ],
  } as const;
  const configuration = { ...step, StepAdjustments: [...step.StepAdjustments] };

  expect(stepCapacity(configuration, 4, 0)).toBe(5);
  expect(stepCapacity(configuration, 4, 20)).toBe(7);
  expect(stepCapacity(configuration, 4, -1)).toBeUndefined();
  const breaches = [{ alarm: 'mine', value: 75, threshold: 50 }];
  expect(
    decideCapacity(sight([{ kind: 'step', name: 'steps', cooldown: undefined, step: configuration, breaches }])),
  ).toMatchObject({ to: 7, cause: 'monitor alarm mine in state ALARM triggered policy steps' });
});

it('rounds a percentage of the capacity towards zero, and never to nothing', () => {
  const percent = (ScalingAdjustment: number, MinAdjustmentMagnitude?: number) => ({
    AdjustmentType: 'PercentChangeInCapacity' as const,
    StepAdjustments: [{ ScalingAdjustment }],
    ...(MinAdjustmentMagnitude !== undefined && { MinAdjustmentMagnitude }),
  });

  expect(stepCapacity(percent(25), 10, 1)).toBe(12);
  expect(stepCapacity(percent(10), 4, 1)).toBe(5);
  expect(stepCapacity(percent(-10), 4, -1)).toBe(3);
  expect(stepCapacity(percent(10, 3), 4, 1)).toBe(7);
  expect(stepCapacity({ AdjustmentType: 'ExactCapacity', StepAdjustments: [{ ScalingAdjustment: 6 }] }, 4, 1)).toBe(6);
});

it('scales out during a deployment, and does not scale in', () => {
  const members = { isDeploying: true };

  expect(decideCapacity(sight([tracking({ high: 'High', value: 80 })], members))?.to).toBe(7);
  expect(decideCapacity(sight([tracking({ low: 'Low', value: 10 })], members))).toBeUndefined();
});

it('says why alarms did not scale: at a bound, or while a deployment is going on', () => {
  const [high, low] = [tracking({ high: 'High', value: 80 }), tracking({ low: 'Low', value: 10 })];
  const reasons = (...given: Parameters<typeof sight>) => notScaled(sight(...given)).map(({ reason }) => reason);

  expect(reasons([high], { max: 4 })).toEqual([{ Code: 'AlreadyAtMaxCapacity', MaxCapacity: 4 }]);
  expect(reasons([low], { min: 4 })).toEqual([{ Code: 'AlreadyAtMinCapacity', MinCapacity: 4 }]);
  expect(reasons([low], { isDeploying: true })).toEqual([{ Code: 'TargetServicePutResourceAsUnscalable' }]);
  expect(reasons([low], { canScaleIn: false, min: 4 })).toEqual([]);
  expect(reasons([tracking()])).toEqual([]);
});
