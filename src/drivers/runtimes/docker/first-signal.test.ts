import { describe, expect, it } from 'vitest';
import { untilInitListens, type FirstProcess } from './first-signal.ts';

const LATER = 1e15;

describe('the first signal of a container', () => {
  it('waits while the first process is still the one that makes the container', async () => {
    expect(await looksUntilReady([{ name: 'runc:[2:INIT]', ignoresSigttou: true }, INIT])).toBe(2);
  });

  it('waits for an init that has not set up its signals', async () => {
    expect(await looksUntilReady([{ ...INIT, ignoresSigttou: false }, { ...INIT, ignoresSigttou: false }, INIT])).toBe(
      3,
    );
  });

  it('takes two processes for an init that has started its program, where it cannot be looked at', async () => {
    const counts = [1, 1, 2];
    await untilInitListens(
      { firstProcess: () => Promise.resolve(undefined), countProcesses: () => Promise.resolve(counts.shift()) },
      LATER,
    );
    expect(counts).toEqual([]);
  });

  it('waits no longer than it is told', async () => {
    const never = { ...INIT, ignoresSigttou: false };
    await untilInitListens(
      { firstProcess: () => Promise.resolve(never), countProcesses: () => Promise.resolve(1) },
      Date.now() + 50,
    );
  });
});

const INIT: FirstProcess = { name: 'docker-init', ignoresSigttou: true };

async function looksUntilReady(seen: readonly FirstProcess[]): Promise<number> {
  let looks = 0;
  await untilInitListens(
    { firstProcess: () => Promise.resolve(seen[looks++]), countProcesses: () => Promise.resolve(1) },
    LATER,
  );
  return looks;
}
