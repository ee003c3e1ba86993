import type { Action, RedirectActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, it } from 'vitest';
import { checkedAction } from './rule-action.ts';
import { shownAction } from './shown-action.ts';

const LISTENER = { protocol: 'HTTP', port: 80 } as const;
const roundTrip = (action: Action): Action => shownAction(checkedAction([action], LISTENER));
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

it('keeps the stickiness of clients to a group, and forgets the duration of one that is off', () => {
  const sticky = (Enabled: boolean): Action => ({
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [tuple('green', 10), tuple('blue', 90)],
      TargetGroupStickinessConfig: { Enabled, DurationSeconds: 600 },
    },
  });

  expect(roundTrip(sticky(true))).toEqual(sticky(true));
  expect(roundTrip(sticky(false)).ForwardConfig?.TargetGroupStickinessConfig).toEqual({ Enabled: false });
});

it.each<['HTTP' | 'HTTPS', number, RedirectActionConfig]>([
  ['HTTP', 80, { StatusCode: 'HTTP_301', Protocol: 'HTTPS' }],
  ['HTTP', 80, { StatusCode: 'HTTP_301', Port: '8080' }],
  ['HTTPS', 443, { StatusCode: 'HTTP_301', Protocol: 'HTTPS', Port: '8443' }],
  ['HTTPS', 443, { StatusCode: 'HTTP_301', Path: '/moved' }],
])('lets a listener of %s on %i redirect to %o', (protocol, port, RedirectConfig) => {
  expect(checkedAction([{ Type: 'redirect', RedirectConfig }], { protocol, port })).toMatchObject({ type: 'redirect' });
});

it.each<['HTTP' | 'HTTPS', number, RedirectActionConfig, string]>([
  ['HTTP', 80, { StatusCode: 'HTTP_301', Query: 'a=b' }, 'creates a loop'],
  ['HTTP', 80, { StatusCode: 'HTTP_301', Protocol: 'HTTP', Port: '80' }, 'creates a loop'],
  ['HTTPS', 443, { StatusCode: 'HTTP_301', Protocol: 'HTTPS', Port: '443' }, 'creates a loop'],
  ['HTTPS', 443, { StatusCode: 'HTTP_301', Protocol: 'HTTP' }, 'from HTTPS to HTTP'],
  ['HTTP', 80, { StatusCode: 'HTTP_301', Path: 'moved' }, "must begin with a '/'"],
  ['HTTP', 80, { StatusCode: 'HTTP_301', Port: '0' }, "must be '#{port}' or a number between 1 and 65535"],
])('does not let a listener of %s on %i redirect to %o', (protocol, port, RedirectConfig, message) => {
  expect(() => checkedAction([{ Type: 'redirect', RedirectConfig }], { protocol, port })).toThrow(message);
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
    'stickiness without a duration',
    [
      {
        Type: 'forward',
        ForwardConfig: { TargetGroupStickinessConfig: { Enabled: true }, TargetGroups: [tuple('a')] },
      },
    ],
    'Target group stickiness duration must be between 1 and 604800 seconds',
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
  [
    'an ending before another action',
    [
      { ...fixed, Order: 1 },
      { Type: 'authenticate-oidc', Order: 2 },
    ],
    "An action of type 'fixed-response' must have a higher order than all other actions",
  ],
  [
    'a long body',
    [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200', MessageBody: 'a'.repeat(1025) } }],
    'cannot contain more than 1024 characters',
  ],
  ['authentication', [{ Type: 'authenticate-oidc' }, fixed], "An action of type 'authenticate-oidc' is not served"],
])('refuses %s', (_what, actions, message) => {
  expect(() => checkedAction(actions, LISTENER)).toThrow(message);
});
