import {
  CreateClusterCommand,
  DeleteAccountSettingCommand,
  ListAccountSettingsCommand,
  PutAccountSettingCommand,
  PutAccountSettingDefaultCommand,
  type ListAccountSettingsRequest,
  type SettingName,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

const role = () => `arn:aws:iam::${teal.account}:role/deployer`;
const settings = async (input: ListAccountSettingsRequest) =>
  (await teal.ecs.send(new ListAccountSettingsCommand(input))).settings ?? [];

it('lists what holds where nothing was set, ten at a time', async () => {
  expect(await settings({})).toEqual([]);
  const first = await teal.ecs.send(new ListAccountSettingsCommand({ effectiveSettings: true }));
  const rest = await teal.ecs.send(
    new ListAccountSettingsCommand({ effectiveSettings: true, nextToken: first.nextToken }),
  );
  const all = [...(first.settings ?? []), ...(rest.settings ?? [])];

  expect(first.settings).toHaveLength(10);
  expect(rest.nextToken).toBeUndefined();
  expect(all).toContainEqual({
    name: 'serviceLongArnFormat',
    value: 'enabled',
    principalArn: `arn:aws:iam::${teal.account}:root`,
    type: 'user',
  });
});

it('gives a principal its own setting, else that of the account, and takes it away again', async () => {
  const name = 'fargateTaskRetirementWaitPeriod';
  const effective = async () =>
    (await settings({ name, principalArn: role(), effectiveSettings: true })).map(({ value }) => value);

  await teal.ecs.send(new PutAccountSettingDefaultCommand({ name, value: '14' }));
  const ofTheAccount = await effective();
  await teal.ecs.send(new PutAccountSettingCommand({ name, value: '0', principalArn: role() }));
  const own = await effective();
  const { setting } = await teal.ecs.send(new DeleteAccountSettingCommand({ name, principalArn: role() }));

  expect({ ofTheAccount, own, afterwards: await effective() }).toEqual({
    ofTheAccount: ['14'],
    own: ['0'],
    afterwards: ['14'],
  });
  expect(setting).toEqual({ name, value: '0', principalArn: role(), type: 'user' });
});

it('makes clusters with the Container Insights of the account, unless they say otherwise', async () => {
  await teal.ecs.send(new PutAccountSettingCommand({ name: 'containerInsights', value: 'enhanced' }));
  const usual = await teal.ecs.send(new CreateClusterCommand({ clusterName: 'usual' }));
  const other = await teal.ecs.send(
    new CreateClusterCommand({ clusterName: 'other', settings: [{ name: 'containerInsights', value: 'disabled' }] }),
  );

  expect(usual.cluster?.settings).toEqual([{ name: 'containerInsights', value: 'enhanced' }]);
  expect(other.cluster?.settings).toEqual([{ name: 'containerInsights', value: 'disabled' }]);
});

it.each([
  [{ name: 'containerInsights', value: 'perhaps' }, "Invalid setting 'value'"],
  [{ name: 'shortArnFormat' as SettingName, value: 'enabled' }, /^name should be one of \[serviceLongArnFormat,/],
  [{ name: 'taskLongArnFormat', value: 'disabled' }, "Invalid setting 'value'"],
  [
    { name: 'containerInsights', value: 'enabled', principalArn: 'arn:aws:iam::999999999999:root' },
    'AccountIDs mismatch',
  ],
  [{ name: 'containerInsights', value: 'enabled', principalArn: 'deployer' }, 'The ARN provided is invalid.'],
] as const)('refuses %j', async (input, message) => {
  await expect(teal.ecs.send(new PutAccountSettingCommand(input))).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringMatching(message) as string,
  });
});
