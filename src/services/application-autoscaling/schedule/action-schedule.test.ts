import { expect, it } from 'vitest';
import { millis } from '../../../kernel/span.ts';
import { lastPassed, nextTime, readActionSchedule, type Timetable } from './action-schedule.ts';
import { isZone } from './zone.ts';

function table(text: string, more: Partial<Omit<Timetable, 'from'>> & { readonly from?: string } = {}): Timetable {
  const schedule = readActionSchedule(text);
  if (!schedule) throw new Error(`${text} is no schedule`);
  const putAt = Date.parse('2026-01-01T00:00:00Z');
  return { schedule, zone: 'UTC', putAt, scaled: (span) => span, ...more, from: Date.parse(more.from ?? '2026-01-01') };
}
const stamp = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString().slice(0, 16));
const next = (...given: Parameters<typeof table>) => stamp(nextTime(table(...given)));

it('is due once at the time of an at expression, as clocks in its zone show it', () => {
  expect(next('at(2026-01-05T08:00:00)')).toBe('2026-01-05T08:00');
  expect(next('at(2026-07-05T08:00:00)', { zone: 'Europe/Berlin' })).toBe('2026-07-05T06:00');
  expect(next('at(2026-01-05T08:00:00)', { from: '2026-01-05T08:00:00Z' })).toBeUndefined();
});

it.each(['at(2026-02-30T00:00:00)', 'at(2026-01-01)', 'at(tomorrow)', 'at(2026-01-01T25:00:00)', 'every day'])(
  'takes %s for no schedule',
  (text) => {
    expect(readActionSchedule(text)).toBeUndefined();
  },
);

it('follows the clocks of its zone over their changes', () => {
  const nine = (from: string) => next('cron(0 9 * * ? *)', { zone: 'America/New_York', from });

  expect(nine('2026-03-07T00:00:00Z')).toBe('2026-03-07T14:00');
  expect(nine('2026-03-08T00:00:00Z')).toBe('2026-03-08T13:00');
  const skipped = { zone: 'Europe/Berlin', from: '2026-03-29T00:00:00Z' };
  expect(next('cron(30 2 * * ? *)', skipped)).toBe('2026-03-29T01:30');
  const twice = { zone: 'Europe/Berlin', from: '2026-10-24T23:00:00Z' };
  expect(next('cron(30 2 * * ? *)', twice)).toBe('2026-10-25T00:30');
  expect(next('cron(30 2 * * ? *)', { ...twice, from: '2026-10-25T00:30:00Z' })).toBe('2026-10-26T01:30');
});

it('keeps within its start and its end', () => {
  const startAt = Date.parse('2026-01-03T10:00:00Z');
  const endAt = Date.parse('2026-01-05T00:00:00Z');

  expect(next('cron(0 10 * * ? *)', { startAt })).toBe('2026-01-03T10:00');
  expect(next('cron(0 10 * * ? *)', { endAt, from: '2026-01-04T10:00:00Z' })).toBeUndefined();
  expect(next('rate(1 day)', { startAt })).toBe('2026-01-03T10:00');
  expect(next('rate(1 day)', { startAt, from: '2026-01-03T11:00:00Z' })).toBe('2026-01-04T10:00');
});

it('divides rates by the time scale, and no other times', () => {
  const scaled = (span: number) => millis(span / 60);

  expect(next('rate(1 hour)', { scaled })).toBe('2026-01-01T00:01');
  expect(next('cron(0 10 * * ? *)', { scaled })).toBe('2026-01-01T10:00');
});

it('finds the last of the times that passed unseen, however long ago', () => {
  const last = (text: string, now: string) => stamp(lastPassed(table(text), Date.parse(now)));

  expect(last('cron(0 10 * * ? *)', '2026-01-01T09:59:59Z')).toBeUndefined();
  expect(last('cron(0 10 * * ? *)', '2026-01-01T10:00:00Z')).toBe('2026-01-01T10:00');
  expect(last('cron(0/1 * * * ? *)', '2026-06-01T12:34:56Z')).toBe('2026-06-01T12:34');
  expect(last('cron(0 10 1 * ? *)', '2027-05-31T00:00:00Z')).toBe('2027-05-01T10:00');
  expect(last('rate(7 days)', '2026-03-01T00:00:00Z')).toBe('2026-02-26T00:00');
  expect(last('at(2026-01-02T00:00:00)', '2030-01-01T00:00:00Z')).toBe('2026-01-02T00:00');
});

it.each([
  ['Europe/Berlin', true],
  ['Etc/GMT+9', true],
  ['UTC', true],
  ['+01:00', false],
  ['Mars/Olympus', false],
])('knows whether %s is a time zone: %s', (name, is) => {
  expect(isZone(name)).toBe(is);
});
