import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Action, TargetGroupStickinessConfig } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, it } from 'vitest';
import { createAlarms } from './alarms.ts';
import { weightsOf, withForward } from './forward-action.ts';
import { toPortError } from './port-error.ts';
import { describeActions } from './route-settings.ts';
import { taskSetInput } from './task-set-input.ts';

const answered = (name: string, status?: number) =>
  Object.assign(new Error('words of AWS'), {
    name,
    ...(status !== undefined && { $metadata: { httpStatusCode: status } }),
  });

it.each([
  [answered('ThrottlingException', 400), 'throttled'],
  [answered('TooManyRequestsException', 429), 'throttled'],
  [answered('AccessDeniedException', 400), 'forbidden'],
  [answered('ServiceNotFoundException', 400), 'missing'],
  [answered('TargetGroupNotFoundException', 400), 'missing'],
  [answered('InvalidParameterException', 400), 'refused'],
  [answered('ServerException', 500), 'unavailable'],
  [answered('NotImplemented', 501), 'refused'],
  [answered('ECONNREFUSED'), 'unavailable'],
])('maps %s to a fault and keeps the words', (cause, fault) => {
  expect(toPortError(cause)).toMatchObject({ fault, message: 'words of AWS' });
});

it('counts a forward to a single group as weight 1', () => {
  expect(weightsOf({ Type: 'forward', TargetGroupArn: 'a' })).toEqual({ a: 1 });
});

it('replaces a forward by a ForwardConfig that names both groups and keeps what stands beside it', () => {
  const login = { Type: 'authenticate-oidc', Order: 1 } as const;
  const TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 60 };
  const forward = {
    Type: 'forward',
    Order: 2,
    TargetGroupArn: 'a',
    ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'a', Weight: 1 }], TargetGroupStickinessConfig },
  } as const;

  const actions = withForward([login, { ...forward, ForwardConfig: { ...forward.ForwardConfig, TargetGroups: [] } }], {
    b: 10,
    a: 90,
  });

  expect(actions).toEqual([
    login,
    {
      Type: 'forward',
      Order: 2,
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: 'b', Weight: 10 },
          { TargetGroupArn: 'a', Weight: 90 },
        ],
        TargetGroupStickinessConfig,
      },
    },
  ]);
});

it('describes actions by the same words in whatever order their parts are listed, and apart by what they say', () => {
  const login = (AuthenticateOidcConfig: object) => ({ Type: 'authenticate-oidc', AuthenticateOidcConfig }) as Action;
  const forward = (on: TargetGroupStickinessConfig = {}): Action => ({
    Type: 'forward',
    ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'a', Weight: 5 }], TargetGroupStickinessConfig: on },
  });
  const { weights, actions } = describeActions([login({ Issuer: 'i', Scope: 's' }), forward()]);

  expect(weights).toEqual({ a: 5 });
  expect(actions).toMatchObject({ 'group stickiness': 'off' });
  expect(describeActions([login({ Scope: 's', Issuer: 'i' }), forward()]).actions).toEqual(actions);
  expect(describeActions([login({ Scope: 's', Issuer: 'other' }), forward()]).actions).not.toEqual(actions);
  // AWS may show a duration that is not in force.
  const off = forward({ Enabled: false, DurationSeconds: 60 });
  const on = forward({ Enabled: true, DurationSeconds: 60 });
  expect(describeActions([off]).actions['group stickiness']).toBe('off');
  expect(describeActions([on]).actions['group stickiness']).toBe('for 60 seconds');
  expect(describeActions([{ Type: 'fixed-response' }])).toEqual({
    weights: {},
    actions: { 'other actions': 'fixed-response {}' },
  });
});

it('makes a task set of the AppSpec, and of the primary where the AppSpec is silent', () => {
  const network = { awsvpcConfiguration: { subnets: ['subnet-1'] } };
  const service = {
    taskSets: [
      { status: 'PRIMARY', launchType: 'FARGATE' as const, platformVersion: '1.4.0', networkConfiguration: network },
    ],
  };
  const appSpec = { taskDefinition: 'app:2', containerName: 'app', containerPort: 80, hooks: {} };

  const input = taskSetInput(service, appSpec, 'green', 'd-000000001');
  const spread = taskSetInput(
    service,
    { ...appSpec, capacityProviders: [{ name: 'FARGATE_SPOT', base: 0, weight: 1 }] },
    'green',
    'd-000000001',
  );

  expect(input).toMatchObject({
    externalId: 'd-000000001',
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    networkConfiguration: network,
    loadBalancers: [{ targetGroupArn: 'green', containerName: 'app', containerPort: 80 }],
  });
  expect(spread.launchType).toBeUndefined();
});

it('says which alarm there is not', async () => {
  const answer = { MetricAlarms: [{ AlarmName: 'a', StateValue: 'ALARM' }], CompositeAlarms: [] };
  const alarms = createAlarms({
    cloudwatch: async () => ({ send: async () => answer }) as unknown as CloudWatchClient,
  });

  expect(await alarms.active({ account: '1', region: 'r' }, ['a'])).toEqual(['a']);
  await expect(alarms.active({ account: '1', region: 'r' }, ['a', 'b'])).rejects.toThrow('there is no alarm b');
});
