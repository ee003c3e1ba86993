import type { SettingName } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import { KNOWN_SETTINGS } from '../checks/account-settings.ts';

/** Kept under `name principal`; what is set for root holds for all who have none of their own. */
export interface AccountSettingRecord {
  readonly name: SettingName;
  readonly value: string;
  readonly principalArn: string;
}

export const accountSettings = (tx: Transaction): Records<AccountSettingRecord> => tx.records('ecs_account_settings');

export const settingKey = ({ name, principalArn }: Pick<AccountSettingRecord, 'name' | 'principalArn'>): string =>
  `${name} ${principalArn}`;

export const rootOf = ({ account }: Scope): string => `arn:aws:iam::${account}:root`;

/** What holds for a principal: its own setting, else root's, else what AWS has from the start. */
export async function effectiveSetting(
  tx: Transaction,
  scope: Scope,
  name: SettingName,
  principalArn: string,
): Promise<AccountSettingRecord> {
  const own = await accountSettings(tx).get(scope, settingKey({ name, principalArn }));
  const usual = own ?? (await accountSettings(tx).get(scope, settingKey({ name, principalArn: rootOf(scope) })));
  return { name, value: usual?.value ?? KNOWN_SETTINGS[name].usual, principalArn };
}
