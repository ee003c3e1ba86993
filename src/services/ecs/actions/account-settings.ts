import type {
  DeleteAccountSettingCommand,
  ListAccountSettingsCommand,
  PutAccountSettingCommand,
  PutAccountSettingDefaultCommand,
  Setting,
  SettingName,
} from '@aws-sdk/client-ecs';
import type { Action } from '../../../wire/types.ts';
import type { Scope } from '../../../kernel/scope.ts';
import {
  checkSettingPrincipal,
  checkSettingValue,
  isManagedByAws,
  KNOWN_SETTINGS,
} from '../checks/account-settings.ts';
import type { EcsDeps } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { page } from '../paging.ts';
import {
  accountSettings,
  effectiveSetting,
  rootOf,
  settingKey,
  type AccountSettingRecord,
} from '../records/account-setting.ts';

/** On one page. Source: API reference, ListAccountSettings. */
const MOST = 10;

export const listAccountSettings =
  ({ store }: EcsDeps): Action<typeof ListAccountSettingsCommand> =>
  async ({ name, value, principalArn, effectiveSettings, ...paging }, ctx) => {
    if (value !== undefined && name === undefined) throw invalidParameter('The value filter requires a setting name.'); // assumed
    const principal = principalOf(ctx, principalArn);
    const names = (Object.keys(KNOWN_SETTINGS) as SettingName[]).filter((one) => name === undefined || one === name);
    const all = effectiveSettings
      ? await Promise.all(names.map((one) => effectiveSetting(store, ctx, one, principal)))
      : (await accountSettings(store).list(ctx)).filter(
          (one) => one.principalArn === principal && names.includes(one.name),
        );
    const found = new Map(
      all.filter((one) => value === undefined || one.value === value).map((one) => [one.name, one]),
    );
    const { shown, nextToken } = page([...found.keys()].sort(), paging, { usual: MOST, most: MOST });
    return { settings: shown.flatMap((one) => found.get(one as SettingName) ?? []).map(show), nextToken };
  };

/** Without a principal, for who asks: always root here, whose settings are those of the account. */
export const putAccountSetting =
  ({ store }: EcsDeps): Action<typeof PutAccountSettingCommand> =>
  ({ name, value, principalArn }, ctx) =>
    put(store, ctx, { name, value, principalArn: principalOf(ctx, principalArn) });

/** For all who have no setting of their own. */
export const putAccountSettingDefault =
  ({ store }: EcsDeps): Action<typeof PutAccountSettingDefaultCommand> =>
  ({ name, value }, ctx) =>
    put(store, ctx, { name, value, principalArn: rootOf(ctx) });

async function put(store: EcsDeps['store'], scope: Scope, setting: AccountSettingRecord) {
  if (isManagedByAws(setting.name)) throw invalidParameter(`The setting ${setting.name} is managed by AWS.`); // assumed
  checkSettingValue(setting.name, setting.value);
  await accountSettings(store).put(scope, settingKey(setting), setting);
  return { setting: show(setting) };
}

/** The principal has what the account has again. Deleting what is not set is no error. */
export const deleteAccountSetting =
  ({ store }: EcsDeps): Action<typeof DeleteAccountSettingCommand> =>
  async ({ name, principalArn }, ctx) => {
    const key = { name, principalArn: principalOf(ctx, principalArn) };
    const before = await accountSettings(store).get(ctx, settingKey(key));
    await accountSettings(store).remove(ctx, settingKey(key));
    return { setting: before ? show(before) : key };
  };

function principalOf(scope: Scope, given: string | undefined): string {
  if (!given) return rootOf(scope);
  checkSettingPrincipal(scope, given);
  return given;
}

const show = (setting: AccountSettingRecord): Setting => ({
  ...setting,
  type: isManagedByAws(setting.name) ? 'aws_managed' : 'user',
});
