import { expect, it } from 'vitest';
import { seconds } from '../../../../../kernel/span.ts';
import { JANUARY } from '../testing/requests.ts';
import { CookieSeal } from './cookie-seal.ts';
import { findCookie, setsCookie } from './cookies.ts';
import { GroupStickiness } from './group-stickiness.ts';
import { TargetStickiness } from './target-stickiness.ts';

const seal = new CookieSeal(Buffer.alloc(32));
const MINUTE = seconds(60);
/** What a browser sends back. */
const cookieOf = (lines: readonly string[], which = 0): string => lines[which]?.split(';', 1)[0] ?? '';

it('finds cookies by their whole name in any header of that name', () => {
  const headers = ['X', 'AWSALB=no', 'Cookie', 'a=1; XAWSALB=no; AWSALB=yes', 'cookie', ' AWSALB2 = b=c '];

  expect(findCookie(headers, 'AWSALB')).toBe('yes');
  expect(findCookie(headers, 'AWSALB2')).toBe('b=c');
  expect(findCookie(headers, 'AWSAL')).toBeUndefined();
});

it('sees which cookies an answer sets', () => {
  const headers = ['Set-Cookie', 'a=1; Path=/; session=no', 'SET-COOKIE', 'sid=2'];

  expect(['a', 'sid', 'session', 'Path'].map((name) => setsCookie(headers, name))).toEqual([true, true, false, false]);
});

it('keeps a client with its group for the duration and no longer, by either cookie', () => {
  const stickiness = new GroupStickiness(seal, 'rule/1', MINUTE);
  const lines = stickiness.issue('blue', JANUARY);
  const asked = (cookie: string, now: number) => stickiness.find(['Cookie', cookie], now);

  expect(lines.map((line) => line.replace(/=[^;]+/, '=…'))).toEqual([
    'AWSALBTG=…; Expires=Thu, 08 Jan 2026 00:00:00 GMT; Path=/',
    'AWSALBTGCORS=…; Expires=Thu, 08 Jan 2026 00:00:00 GMT; Path=/; SameSite=None; Secure',
  ]);
  expect([cookieOf(lines), cookieOf(lines, 1)].map((cookie) => asked(cookie, JANUARY + MINUTE - 1))).toEqual([
    'blue',
    'blue',
  ]);
  expect(asked(cookieOf(lines), JANUARY + MINUTE)).toBeUndefined();
});

it('does not keep a client with the group that another rule sent it to', () => {
  const cookie = cookieOf(new GroupStickiness(seal, 'rule/test', MINUTE).issue('green', JANUARY));

  expect(new GroupStickiness(seal, 'rule/production', MINUTE).find(['Cookie', cookie], JANUARY)).toBeUndefined();
});

it('keeps a client with its target in its group only, renewed by every answer', () => {
  const stickiness = new TargetStickiness(seal, 'web', { type: 'lb_cookie', duration: MINUTE });
  const first = cookieOf(stickiness.issue('a:80', undefined, [], JANUARY));
  const renewed = cookieOf(stickiness.issue('a:80', 'a:80', [], JANUARY + MINUTE - 1));
  const other = new TargetStickiness(seal, 'api', { type: 'lb_cookie', duration: MINUTE });

  expect(stickiness.find(['Cookie', first], JANUARY + MINUTE - 1)).toBe('a:80');
  expect(stickiness.find(['Cookie', first], JANUARY + MINUTE)).toBeUndefined();
  expect(stickiness.find(['Cookie', renewed], JANUARY + MINUTE)).toBe('a:80');
  expect(other.find(['Cookie', first], JANUARY)).toBeUndefined();
});

it("follows the application's cookie: begins with it, ends with it, and moves when its target had to", () => {
  const stickiness = new TargetStickiness(seal, 'web', { type: 'app_cookie', cookie: 'sid', duration: MINUTE });
  const lines = stickiness.issue('a:80', undefined, ['Set-Cookie', 'sid=7'], JANUARY);
  const cookie = cookieOf(lines);

  expect(lines).toHaveLength(1);
  expect(cookie).toMatch(/^AWSALBAPP-0=/);
  expect(stickiness.issue('a:80', undefined, ['Set-Cookie', 'other=7'], JANUARY)).toEqual([]);
  expect(stickiness.issue('a:80', 'a:80', [], JANUARY)).toEqual([]);
  expect(stickiness.issue('b:80', 'a:80', [], JANUARY)).toHaveLength(1);
  expect(stickiness.find(['Cookie', `sid=7; ${cookie}`], JANUARY)).toBe('a:80');
  expect(stickiness.find(['Cookie', cookie], JANUARY)).toBeUndefined();
});
