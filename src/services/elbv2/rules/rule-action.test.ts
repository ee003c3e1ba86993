import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, it } from 'vitest';
import { checkedAction } from './rule-action.ts';
import { shownAction } from './shown-action.ts';

const roundTrip = (action: Action): Action => shownAction(checkedAction([action]));
const tuple = (TargetGroupArn: string, Weight?: number) => ({
  TargetGroupArn,
  ...(Weight !== undefined && { Weight }),
});
const forwardTo = (...TargetGroups: ReturnType<typeof tuple>[]): Action => ({
  Type: 'forward',
  ForwardConfig: { TargetGroups },
});

it('shows a weighted forward without a group of its own beside the config, and keeps weight 0', () => {
  const TargetGroups = [tuple('green', 100), tuple('blue', 0)];

  expect(roundTrip(forwardTo(...TargetGroups))).toEqual({
    Type: 'forward',
    ForwardConfig: { TargetGroups, TargetGroupStickinessConfig: { Enabled: false } },
  });
});

it('takes what it showed for the same again', () => {
  const shown = roundTrip({ ...forwardTo(tuple('green', 10), tuple('blue', 90)), Order: 1 });

  expect(roundTrip(shown)).toEqual(shown);
});

it('shows a forward to one group in both forms', () => {
  expect(roundTrip({ Type: 'forward', TargetGroupArn: 'blue' })).toEqual({
    Type: 'forward',
    TargetGroupArn: 'blue',
    ForwardConfig: { TargetGroups: [tuple('blue', 1)], TargetGroupStickinessConfig: { Enabled: false } },
  });
});

it('fills a redirect with what it keeps of the request', () => {
  const RedirectConfig = { Host: 'example.com', StatusCode: 'HTTP_301' } as const;

  expect(roundTrip({ Type: 'redirect', RedirectConfig }).RedirectConfig).toEqual({
    Protocol: '#{protocol}',
    Host: 'example.com',
    Port: '#{port}',
    Path: '/#{path}',
    Query: '#{query}',
    StatusCode: 'HTTP_301',
  });
});

const fixed: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } };
const six = [1, 2, 3, 4, 5, 6].map((number) => tuple(`group-${number}`, 1));

it.each<[string, Action[], string]>([
  ['no action', [], 'An action must be specified'],
  [
    'two endings',
    [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301' } }, fixed],
    "Action types 'redirect,fixed-response' cannot be specified together",
  ],
  ['a missing config', [{ Type: 'fixed-response' }], "the following fields: 'FixedResponseConfig'"],
  ['six groups', [forwardTo(...six)], 'You cannot specify more than 5 target groups per action'],
  ['a weight of 1000', [forwardTo(tuple('a', 1000))], 'must be between 1 and 999, inclusive'],
  [
    'a missing weight',
    [forwardTo(tuple('a'), tuple('b', 1))],
    'The weight for each target group must be between 0 and',
  ],
  [
    'a group beside others',
    [{ ...forwardTo(tuple('a', 1), tuple('b', 1)), TargetGroupArn: 'a' }],
    'only if the ARNs match',
  ],
  [
    'stickiness',
    [
      {
        Type: 'forward',
        ForwardConfig: { TargetGroupStickinessConfig: { Enabled: true }, TargetGroups: [tuple('a')] },
      },
    ],
    'Target group stickiness is not served by Teal yet',
  ],
  [
    'a redirect to itself',
    [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_302' } }],
    'The redirect configuration is not valid because it creates a loop.',
  ],
  [
    'a content type',
    [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200', ContentType: 'image/png' } }],
    "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'.",
  ],
  ['authentication', [{ Type: 'authenticate-oidc' }, fixed], "An action of type 'authenticate-oidc' is not served"],
])('refuses %s', (_what, actions, message) => {
  expect(() => checkedAction(actions)).toThrow(message);
});
