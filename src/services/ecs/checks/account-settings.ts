import type { SettingName } from '@aws-sdk/client-ecs';
import { parseArn } from '../../../kernel/arn.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { invalidParameter } from '../faults.ts';

interface KnownSetting {
  readonly values: readonly string[];
  /** What holds where nothing is set. */
  readonly usual: string;
}

const SWITCH = ['enabled', 'disabled'];
/** The short ARN formats are gone, on AWS too. */
const LONG: KnownSetting = { values: ['enabled'], usual: 'enabled' };

/**
 * The settings there are. Only `containerInsights` does something here: clusters are made with it.
 *
 * Source: ECS developer guide, account settings.
 */
export const KNOWN_SETTINGS: Readonly<Record<SettingName, KnownSetting>> = {
  awsvpcTrunking: { values: SWITCH, usual: 'disabled' },
  containerInsights: { values: [...SWITCH, 'enhanced'], usual: 'disabled' },
  containerInstanceLongArnFormat: LONG,
  defaultLogDriverMode: { values: ['blocking', 'non-blocking'], usual: 'non-blocking' },
  fargateEventWindows: { values: SWITCH, usual: 'disabled' },
  fargateFIPSMode: { values: SWITCH, usual: 'disabled' },
  fargateTaskRetirementWaitPeriod: { values: ['0', '7', '14'], usual: '7' },
  guardDutyActivate: { values: ['on', 'off'], usual: 'off' },
  serviceLongArnFormat: LONG,
  tagResourceAuthorization: { values: ['on', 'off'], usual: 'off' },
  taskLongArnFormat: LONG,
};

/** Set by AWS, whatever an account asks for. */
export const isManagedByAws = (name: SettingName): boolean => name === 'guardDutyActivate';

/** @throws {InvalidParameterException} for a value that the setting cannot have */
export function checkSettingValue(name: SettingName, value: string): void {
  if (!KNOWN_SETTINGS[name].values.includes(value)) throw invalidParameter("Invalid setting 'value'");
}

/** @throws {InvalidParameterException} unless it names root, a user or a role of the account */
export function checkSettingPrincipal(scope: Scope, principalArn: string): void {
  const parsed = parseArn(principalArn);
  if (parsed?.service !== 'iam' || !/^(?:root$|user\/.|role\/.)/.test(parsed.resource))
    throw invalidParameter('The ARN provided is invalid.');
  if (parsed.account !== scope.account) throw invalidParameter('AccountIDs mismatch');
}
