import { expect, it } from 'vitest';
import { readEnvFile } from './env-file.ts';

it('takes values as they stand', () => {
  const text = 'A="quoted"\nB= spaces \r\nC=a=b=c\nD=$A ${B}\nE=x # no comment\n';

  expect(readEnvFile(text)).toEqual({
    A: '"quoted"',
    B: ' spaces ',
    C: 'a=b=c',
    D: '$A ${B}',
    E: 'x # no comment',
  });
});

it('passes over comments, blank lines and lines that say nothing', () => {
  expect(readEnvFile('# A=1\n\n  \nB\nC=\n=d\n #E=1\nexport F=1')).toEqual({ ' #E': '1', 'export F': '1' });
});

it('lets the last of a name count', () => {
  expect(readEnvFile('A=1\nA=2')).toEqual({ A: '2' });
});

it('keeps names that objects have by themselves', () => {
  expect(Object.entries(readEnvFile('__proto__=1\nconstructor=2') ?? {})).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
});

it('refuses a line that is longer than 64 KiB', () => {
  expect(readEnvFile(`A=${'x'.repeat(70_000)}`)).toBeUndefined();
});
