import { expect, it } from 'vitest';
import type { Clock } from '../../../kernel/clock.ts';
import { millis } from '../../../kernel/span.ts';
import type { AlarmRecord, CompositeAlarmRecord, PendingWork, StateValue } from './records.ts';
import { review, withhold } from './suppress.ts';
import { withState } from './transition.ts';

const clock: Clock = {
  timeScale: 10,
  now: () => new Date(0),
  scaled: (span) => millis(span / 10),
  sleep: async () => undefined,
};
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:pager';

const other = (value: StateValue, transitionedAt = 0) =>
  ({ name: 'other', state: { value, reason: '', updatedAt: transitionedAt, transitionedAt } }) as AlarmRecord;

const quiet = {
  name: 'all',
  kind: 'composite',
  actionsEnabled: true,
  alarmActions: [TOPIC],
  okActions: [TOPIC],
  insufficientDataActions: [],
  pending: [] as readonly PendingWork[],
  state: { value: 'OK', reason: '', updatedAt: 0, transitionedAt: 0 },
  isSetByHand: false,
  suppressor: { alarm: 'other', waitPeriod: 60, extensionPeriod: 30 },
} as unknown as CompositeAlarmRecord;

const become = (value: StateValue, alarm: CompositeAlarmRecord, by: AlarmRecord, now: number) =>
  withhold(alarm, withState(alarm, { value, reason: 'x' }, now).alarm, by, now, clock);
const due = ({ pending }: CompositeAlarmRecord) =>
  pending.filter(({ target }) => target === TOPIC).map(({ to }) => to.value);

it('waits for the suppressor, tells the bus at once, and acts when it has not come', () => {
  const alarm = become('ALARM', quiet, other('OK'), 1000);

  expect(alarm.withheld).toMatchObject({ by: 'WaitPeriod', until: 7000 });
  expect(alarm.pending.map(({ target }) => target)).toEqual(['event']);
  expect(review(alarm, other('OK'), 6999, clock)).toBeUndefined();
  const acting = review(alarm, other('OK'), 7000, clock);
  expect(acting?.withheld).toBeUndefined();
  expect(acting && due(acting)).toEqual(['ALARM']);
});

it('holds back while the suppressor is in ALARM, and for the extension period after', () => {
  const waiting = become('ALARM', quiet, other('OK'), 1000);
  const held = review(waiting, other('ALARM', 2000), 2000, clock) ?? waiting;
  expect(held.withheld).toMatchObject({ by: 'Alarm' });
  expect(review(held, other('ALARM', 2000), 1e9, clock)).toBeUndefined();

  const extended = review(held, other('OK', 50_000), 50_000, clock) ?? held;
  expect(extended.withheld).toMatchObject({ by: 'ExtensionPeriod', until: 53_000 });
  expect(review(extended, other('OK', 50_000), 53_000, clock)).toMatchObject({ state: { value: 'ALARM' } });
  expect(due(review(extended, other('OK', 50_000), 53_000, clock) ?? held)).toEqual(['ALARM']);
});

it('tells nobody of an alarm that came and went while it was held back', () => {
  const held = become('ALARM', quiet, other('ALARM'), 1000);
  const back = become('OK', held, other('ALARM'), 2000);

  expect(back.withheld).toBeUndefined();
  expect(due(back)).toEqual([]);
});

it('says at once that an alarm is over that was told of', () => {
  const { suppressor: _none, ...free } = quiet;
  const told = become('ALARM', free, other('OK'), 1000);
  expect(due(told)).toEqual(['ALARM']);

  const over = become(
    'OK',
    { ...told, pending: [], suppressor: { alarm: 'other', waitPeriod: 60, extensionPeriod: 30 } },
    other('OK'),
    2000,
  );

  expect(due(over)).toEqual(['OK']);
});

it('acts when its suppressor is gone or was taken from it', () => {
  const held = become('ALARM', quiet, other('ALARM'), 1000);
  const { suppressor: _none, ...free } = held;

  expect(due(review(free, other('ALARM'), 2000, clock) ?? held)).toEqual(['ALARM']);
  expect(review(held, undefined, 2000, clock)?.withheld).toMatchObject({ by: 'ExtensionPeriod', until: 5000 });
});
