import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

it('lets work on one thing wait for what was begun before, even when that failed, and no other work', async () => {
  const turns = createTurns();
  const done: string[] = [];
  let fail: (cause: Error) => void = () => undefined;
  const held = new Promise<void>((_, reject) => (fail = reject));
  const first = turns('a', () => held.finally(() => done.push('first')));
  const second = turns('a', async () => done.push('second'));
  await turns('b', async () => done.push('other'));
  fail(new Error('no'));
  await expect(first).rejects.toThrow('no');
  await second;
  expect(done).toEqual(['other', 'first', 'second']);
  expect(await turns('a', async () => 'again')).toBe('again');
});
