import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { CookieSeal } from './cookie-seal.ts';

const seal = new CookieSeal(Buffer.alloc(32, 1));
const said = { issuedAt: 1_767_225_600_000, parts: ['arn:group', '10.0.0.1:80'] };

it('opens what it sealed, and shows nothing of it', () => {
  const value = seal.seal('AWSALB', said);

  expect(seal.open('AWSALB', value)).toEqual(said);
  expect(value).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(Buffer.from(value, 'base64url').toString('latin1')).not.toContain('10.0.0.1');
  expect(seal.seal('AWSALB', said)).not.toBe(value);
});

it('opens nothing that was changed, made for another purpose or with another key', () => {
  const value = seal.seal('AWSALB', said);
  const bytes = Buffer.from(value, 'base64url');
  const changed = [...bytes.keys()].map((index) => {
    const copy = Buffer.from(bytes);
    copy[index] = (copy[index] ?? 0) ^ 1;
    return copy.toString('base64url');
  });
  const others = [
    '',
    'x',
    `${value}=`,
    encodeURIComponent(`${value}=`),
    value.slice(1),
    randomBytes(60).toString('hex'),
  ];

  for (const other of [...changed, ...others]) expect(seal.open('AWSALB', other)).toBeUndefined();
  expect(seal.open('AWSALBTG', value)).toBeUndefined();
  expect(new CookieSeal(Buffer.alloc(32, 2)).open('AWSALB', value)).toBeUndefined();
});
