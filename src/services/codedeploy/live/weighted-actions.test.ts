import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, it } from 'vitest';
import { weightedActions } from './weighted-actions.ts';

const PAIR = { live: 'live', other: 'other' };
const forward = (...groups: TargetGroupTuple[]): Action => ({
  Type: 'forward',
  ForwardConfig: { TargetGroups: groups },
});
const to = (TargetGroupArn: string, Weight?: number): TargetGroupTuple => ({
  TargetGroupArn,
  ...(Weight !== undefined && { Weight }),
});
const WANTED = forward(to('live', 100), to('other', 0));

it.each([
  ['a forward to the live group', { Type: 'forward' as const, TargetGroupArn: 'live' }],
  ['a forward with the live group as its only one', forward(to('live', 1))],
  ['a weight left out', forward(to('live'))],
  ['another full weight than 100', forward(to('live', 1), to('other', 0))],
  ['the group named twice, as listeners describe it', { ...forward(to('live', 1)), TargetGroupArn: 'live' }],
])('rewrites %s', (_what, action) => {
  expect(weightedActions([action], PAIR)).toEqual([WANTED]);
});

it.each([
  ['what is rewritten already', WANTED],
  ['a forward to the other group', { Type: 'forward' as const, TargetGroupArn: 'other' }],
  ['a forward to a third group', forward(to('live', 1), to('third', 0))],
  ['a split, which may be a shift under way', forward(to('live', 90), to('other', 10))],
  ['a live group without weight', forward(to('live', 0), to('other', 0))],
  ['a fixed response', { Type: 'fixed-response' as const }],
])('leaves %s as it is', (_what, action) => {
  expect(weightedActions([action], PAIR)).toBeUndefined();
});

it('keeps stickiness, order and the actions before the forward', () => {
  const login: Action = { Type: 'authenticate-oidc', Order: 1 };
  const sticky = { Enabled: true, DurationSeconds: 60 };
  const given = { ...forward(to('live', 1)), Order: 2 };
  given.ForwardConfig = { ...given.ForwardConfig, TargetGroupStickinessConfig: sticky };

  expect(weightedActions([login, given], PAIR)).toEqual([
    login,
    { ...WANTED, Order: 2, ForwardConfig: { ...WANTED.ForwardConfig, TargetGroupStickinessConfig: sticky } },
  ]);
});
