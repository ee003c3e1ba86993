import {
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScheduledActionsCommand,
  GetPredictiveScalingForecastCommand,
  PutScheduledActionCommand,
  type PutScheduledActionRequest,
} from '@aws-sdk/client-application-auto-scaling';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServiceYard } from '../support/ecs-services.ts';
import { refusal } from '../support/elb-stack.ts';
import { eventually } from '../support/eventually.ts';
import { ScalingYard } from '../support/scaling-yard.ts';

let yard: ServiceYard;
let scaling: ScalingYard;
beforeAll(async () => {
  yard = await ServiceYard.open({ timeScale: 60 });
  scaling = new ScalingYard(yard.teal);
});
afterAll(async () => {
  scaling.close();
  await yard.close();
});

const put = (service: string, members: Partial<PutScheduledActionRequest> = {}) =>
  scaling.scaling.send(
    new PutScheduledActionCommand({
      ...scaling.place(service),
      ScheduledActionName: 'morning',
      Schedule: 'cron(0 8 * * ? *)',
      ScalableTargetAction: { MinCapacity: 2, MaxCapacity: 5 },
      ...members,
    }),
  );
const described = async (service: string, members = {}) => {
  const command = new DescribeScheduledActionsCommand({ ...scaling.place(service), ...members });
  return (await scaling.scaling.send(command)).ScheduledActions ?? [];
};
const target = async (service: string) => {
  const command = new DescribeScalableTargetsCommand({
    ServiceNamespace: 'ecs',
    ResourceIds: [`service/shop/${service}`],
  });
  return (await scaling.scaling.send(command)).ScalableTargets?.[0];
};
/** An at expression of so many seconds from now, in UTC. */
const at = (seconds: number) => `at(${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)})`;
const triggered = (service: string, count: number) =>
  eventually(`${count} triggers of ${service}`, async () => {
    const found = (await scaling.activities(service)).filter(({ Cause }) => Cause?.startsWith('scheduled action'));
    return found.length >= count ? found : undefined;
  });

it('keeps a scheduled action, changes what is given of it, and deletes it with its target', async () => {
  await yard.create('kept');
  await scaling.register('kept');
  await put('kept', { Timezone: 'Europe/Berlin', StartTime: new Date('2040-01-01T00:00:00Z') });
  const [made] = await described('kept');
  expect(made).toMatchObject({
    ScheduledActionName: 'morning',
    Schedule: 'cron(0 8 * * ? *)',
    Timezone: 'Europe/Berlin',
    StartTime: new Date('2040-01-01T00:00:00Z'),
    ScalableTargetAction: { MinCapacity: 2, MaxCapacity: 5 },
  });
  expect(made?.ScheduledActionARN).toMatch(
    /^arn:aws:autoscaling:us-east-1:\d{12}:scheduledAction:[0-9a-f-]{36}:resource\/ecs\/service\/shop\/kept:scheduledActionName\/morning$/,
  );

  await put('kept', { Schedule: undefined, ScalableTargetAction: { MaxCapacity: 9 } });
  const [changed] = await described('kept', { ScheduledActionNames: ['morning', 'other'] });
  expect(changed).toMatchObject({
    ScheduledActionARN: made?.ScheduledActionARN,
    CreationTime: made?.CreationTime,
    Schedule: 'cron(0 8 * * ? *)',
    ScalableTargetAction: { MaxCapacity: 9 },
  });
  expect(changed?.StartTime).toBeUndefined();
  expect(changed?.ScalableTargetAction?.MinCapacity).toBeUndefined();

  await scaling.scaling.send(new DeregisterScalableTargetCommand(scaling.place('kept')));
  expect(await described('kept')).toEqual([]);
  await scaling.register('kept');
  const gone = { ...scaling.place('kept'), ScheduledActionName: 'morning' };
  await expect(scaling.scaling.send(new DeleteScheduledActionCommand(gone))).rejects.toMatchObject({
    name: 'ObjectNotFoundException',
    message:
      'No scheduled action found for service namespace: ecs, resource ID: service/shop/kept, scalable dimension: ecs:service:DesiredCount, scheduled action name: morning',
  });
});

it.each<[string, Partial<PutScheduledActionRequest>]>([
  ['Invalid schedule expression: cron(0 8 * * *)', { Schedule: 'cron(0 8 * * *)' }],
  ['Schedule is required', { Schedule: undefined }],
  ['never comes about', { Schedule: 'at(2020-01-01T00:00:00)' }],
  ['never comes about', { EndTime: new Date('2020-01-01T00:00:00Z') }],
  ['Invalid timezone: Mars/Olympus', { Timezone: 'Mars/Olympus' }],
  ['Timezone is only supported', { Schedule: 'rate(1 hour)', Timezone: 'Europe/Berlin' }],
  ['MinCapacity, MaxCapacity, or both', { ScalableTargetAction: undefined }],
  ['MinCapacity, MaxCapacity, or both', { ScalableTargetAction: {} }],
  ['MaxCapacity must be', { ScalableTargetAction: { MinCapacity: 3, MaxCapacity: 2 } }],
  ['greater than or equal to 0', { ScalableTargetAction: { MinCapacity: -1 } }],
  ['StartTime must be', { StartTime: new Date('2041-01-01'), EndTime: new Date('2040-01-01') }],
  ['scheduledActionName', { ScheduledActionName: 'a:b' }],
])('refuses a scheduled action that cannot be: %s', async (message, members) => {
  await yard.create('refused').catch(() => undefined);
  await scaling.register('refused');

  const refused = await refusal(put('refused', members));
  expect(refused.name).toBe('ValidationException');
  expect(refused.message).toContain(message);
  expect(await described('refused')).toEqual([]);
});

it('refuses a scheduled action of what is not registered, and forecasts', async () => {
  await expect(put('nothing')).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  const asked = { ...scaling.place('refused'), PolicyName: 'x', StartTime: new Date(), EndTime: new Date() };
  await expect(scaling.scaling.send(new GetPredictiveScalingForecastCommand(asked))).rejects.toThrow(
    'Predictive scaling is not served by Teal yet.',
  );
});

it('sets the bounds at the time, brings the service within them, and tells of both', async () => {
  await yard.create('timed');
  await scaling.register('timed');
  await put('timed', { Schedule: at(6), ScalableTargetAction: { MinCapacity: 2, MaxCapacity: 5 } });

  await yard.until('two tasks', 'timed', ({ desiredCount }) => desiredCount === 2);
  expect(await target('timed')).toMatchObject({ MinCapacity: 2, MaxCapacity: 5 });
  const activities = await eventually('both activities', async () => {
    const found = await scaling.activities('timed');
    return found.length === 2 && found.every(({ StatusCode }) => StatusCode === 'Successful') ? found : undefined;
  });
  const first = activities.find(({ Description }) => Description?.startsWith('Setting min capacity'));
  const second = activities.find(({ Description }) => Description?.startsWith('Setting desired count'));
  expect(first).toMatchObject({
    Description: 'Setting min capacity to 2 and max capacity to 5',
    Cause: 'scheduled action name morning was triggered',
    StatusCode: 'Successful',
    StatusMessage: 'Successfully set min capacity to 2 and max capacity to 5',
  });
  expect(second).toMatchObject({
    Description: 'Setting desired count to 2.',
    Cause: 'minimum capacity was set to 2',
  });
  expect(await described('timed')).toHaveLength(1);
});

it('triggers at a rate, but not while scheduled scaling is suspended', async () => {
  await yard.create('beating');
  await scaling.register('beating', { SuspendedState: { ScheduledScalingSuspended: true } });
  // A second each.
  await put('beating', { Schedule: 'rate(1 minute)', ScalableTargetAction: { MaxCapacity: 7 } });
  await put('beating', {
    ScheduledActionName: 'crossing',
    Schedule: 'rate(1 minute)',
    ScalableTargetAction: { MinCapacity: 100 },
  });
  await yard.create('clock');
  await scaling.register('clock');
  await put('clock', { Schedule: 'rate(1 minute)', ScalableTargetAction: { MaxCapacity: 7 } });
  await triggered('clock', 2);
  expect(await scaling.activities('beating')).toEqual([]);

  await scaling.register('beating', { SuspendedState: { ScheduledScalingSuspended: false } });
  const found = await eventually('both actions', async () => {
    const told = await scaling.activities('beating');
    const has = (name: string) => told.some(({ Cause }) => Cause?.startsWith(`scheduled action name ${name} `));
    return has('morning') && has('crossing') ? told : undefined;
  });
  expect(await target('beating')).toMatchObject({ MinCapacity: 1, MaxCapacity: 7 });
  expect(found.map(({ Cause, StatusCode }) => `${Cause} ${StatusCode}`)).toEqual(
    expect.arrayContaining([
      'scheduled action name morning was triggered Successful',
      'scheduled action name crossing was triggered Failed',
    ]),
  );
});
