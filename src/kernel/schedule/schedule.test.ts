import { expect, it } from 'vitest';
import { millis, minutes } from '../span.ts';
import { nextOf, readCron } from './cron.ts';
import { dueOf, readSchedule } from './schedule.ts';

/** The next times of an expression, as far as they are asked for. */
function timesOf(fields: string, after: string, count: number): (string | undefined)[] {
  const cron = readCron(fields);
  if (!cron) throw new Error(`${fields} is no expression`);
  const times: (string | undefined)[] = [];
  let at: number | undefined = Date.parse(after);
  for (let n = 0; n < count && at !== undefined; n++) {
    at = nextOf(cron, at);
    times.push(at === undefined ? undefined : new Date(at).toISOString().slice(0, 16));
  }
  return times;
}

it.each<[string, string, (string | undefined)[]]>([
  ['0 10 * * ? *', '2026-01-01T10:00:00Z', ['2026-01-02T10:00', '2026-01-03T10:00']],
  ['15 12 * * ? *', '2026-01-01T12:14:59.999Z', ['2026-01-01T12:15']],
  ['0 18 ? * MON-FRI *', '2026-01-02T18:00:00Z', ['2026-01-05T18:00', '2026-01-06T18:00']],
  ['0 8 1 * ? *', '2026-11-02T00:00:00Z', ['2026-12-01T08:00', '2027-01-01T08:00']],
  ['0/15 * * * ? *', '2026-01-01T00:46:00Z', ['2026-01-01T01:00', '2026-01-01T01:15']],
  ['*/25 3 * * ? *', '2026-01-01T00:00:00Z', ['2026-01-01T03:00', '2026-01-01T03:25', '2026-01-01T03:50']],
  ['5,35 14 * * ? *', '2026-01-01T14:05:00Z', ['2026-01-01T14:35', '2026-01-02T14:05']],
  ['0/30 20-2 ? * MON-FRI *', '2026-01-02T23:00:00Z', ['2026-01-02T23:30', '2026-01-05T00:00']],
  ['0 0 L * ? *', '2028-02-01T00:00:00Z', ['2028-02-29T00:00', '2028-03-31T00:00']],
  ['0 0 LW * ? *', '2026-05-01T00:00:00Z', ['2026-05-29T00:00', '2026-06-30T00:00']],
  ['0 0 15W * ? *', '2026-08-01T00:00:00Z', ['2026-08-14T00:00', '2026-09-15T00:00']],
  ['0 0 1W AUG ? *', '2026-01-01T00:00:00Z', ['2026-08-03T00:00', '2027-08-02T00:00']],
  ['0 0 31W * ? *', '2026-01-31T00:00:00Z', ['2026-03-31T00:00', '2026-05-29T00:00']],
  ['0 0 ? * L *', '2026-01-01T00:00:00Z', ['2026-01-03T00:00']],
  ['0 0 ? * 6L *', '2026-01-01T00:00:00Z', ['2026-01-30T00:00', '2026-02-27T00:00']],
  ['0 0 ? * 3#2 *', '2026-01-01T00:00:00Z', ['2026-01-13T00:00', '2026-02-10T00:00']],
  ['0 0 ? * tue#5 *', '2026-01-01T00:00:00Z', ['2026-03-31T00:00', '2026-06-30T00:00']],
  ['0 0 ? * FRI-SUN *', '2026-01-01T00:00:00Z', ['2026-01-02T00:00', '2026-01-03T00:00', '2026-01-04T00:00']],
  ['0 0 1 jan/6 ? *', '2026-01-02T00:00:00Z', ['2026-07-01T00:00', '2027-01-01T00:00']],
  ['0 0 29 2 ? *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
  ['0 0 30 2 ? *', '2026-01-01T00:00:00Z', [undefined]],
  ['0 0 1 1 ? 2027-2030/2', '2026-01-01T00:00:00Z', ['2027-01-01T00:00', '2029-01-01T00:00', undefined]],
  ['59 23 31 12 ? 2199', '2026-01-01T00:00:00Z', ['2199-12-31T23:59', undefined]],
])('says when cron(%s) is due after %s', (fields, after, times) => {
  expect(timesOf(fields, after, times.length)).toEqual(times);
});

it.each([
  'rate(1 minutes)',
  'rate(5 minute)',
  'rate(0 minutes)',
  'rate(-1 minutes)',
  'rate(1.5 hours)',
  'rate(5 seconds)',
  'rate(5)',
  'Rate(1 minute)',
  'rate(1 minute) ',
  'at(2026-01-01T00:00:00)',
  'cron()',
  'cron(0 12 * * ?)',
  'cron(0 12 * * ? * *)',
  'cron(0 12 * * * *)',
  'cron(0 12 ? * ? *)',
  'cron(60 12 * * ? *)',
  'cron(0 24 * * ? *)',
  'cron(0 12 32 * ? *)',
  'cron(0 12 0 * ? *)',
  'cron(0 12 * 13 ? *)',
  'cron(0 12 ? * 0 *)',
  'cron(0 12 ? * 8 *)',
  'cron(0 12 ? * 3#6 *)',
  'cron(0 12 ? * MON#1,TUE#2 *)',
  'cron(0 12 ? * MONDAY *)',
  'cron(0 12 1W,15W * ? *)',
  'cron(0 12 32W * ? *)',
  'cron(0 12 * * ? 1969)',
  'cron(0 12 * * ? 2200)',
  'cron(0/0 12 * * ? *)',
  'cron(*-5 12 * * ? *)',
  'cron(1, 12 * * ? *)',
  'cron(? 12 * * ? *)',
  'cron(L 12 * * ? *)',
  '0 12 * * ? *',
])('takes %s for no schedule', (text) => {
  expect(readSchedule(text)).toBeUndefined();
});

it.each([
  ['rate(1 minute)', 1],
  ['rate(90 minutes)', 90],
  ['rate(1 hour)', 60],
  ['rate(2 days)', 2880],
])('reads %s', (text, expected) => {
  expect(readSchedule(text)).toEqual({ kind: 'rate', every: minutes(expected) });
});

it('is due once for all times that passed unseen, and keeps its beat', () => {
  const every = { kind: 'rate' as const, every: millis(10) };
  const same = (span: ReturnType<typeof millis>) => span;

  expect(dueOf(every, 100, 109, same)).toEqual({ isDue: false, nextAt: 110 });
  expect(dueOf(every, 100, 110, same)).toEqual({ isDue: true, dueAt: 110, from: 110 });
  expect(dueOf(every, 100, 137, same)).toEqual({ isDue: true, dueAt: 110, from: 130 });
});
