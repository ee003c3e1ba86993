import { expect, it } from 'vitest';
import { parsePs } from './group-usage.ts';

it('reads what ps says on Linux and on macOS, and adds up a group', () => {
  const shown = ['  100 1-02:03:04   2048', '  100   00:00:01   1024', ' 7 0:00.25 512', '   8     5:06.50     4', ''];

  const used = parsePs(shown.join('\n'), new Set([100, 7]));

  expect([...used]).toEqual([
    [100, { cpuNanos: (86_400 + 7_384 + 1) * 1e9, memoryBytes: 3 * 1024 * 1024 }],
    [7, { cpuNanos: 0.25e9, memoryBytes: 512 * 1024 }],
  ]);
});
