import type { ClusterSetting } from '@aws-sdk/client-ecs';
import { invalidParameter } from '../faults.ts';
import { checkSettingValue } from './account-settings.ts';

/**
 * Settings with those that are asked for laid over them.
 *
 * @throws {InvalidParameterException} for a value that a setting cannot have
 */
export function withSettings(
  current: readonly ClusterSetting[],
  asked: readonly ClusterSetting[] = [],
): readonly ClusterSetting[] {
  for (const { name, value = '' } of asked) {
    if (name === undefined) throw invalidParameter('ClusterSetting.name should not be null or empty.'); // assumed
    checkSettingValue(name, value);
  }
  const kept = current.filter(({ name }) => !asked.some((one) => one.name === name));
  return [...kept, ...asked];
}
