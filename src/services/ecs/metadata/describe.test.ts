import { expect, it } from 'vitest';
import { blockOf } from './describe.ts';

it.each([
  ['172.18.0.5', 16, '172.18.0.0/16'],
  ['192.168.96.130', 20, '192.168.96.0/20'],
  ['10.1.2.3', 32, '10.1.2.3/32'],
])('finds the block of %s with %i bits', (address, bits, block) => {
  expect(blockOf(address, bits)).toBe(block);
});
