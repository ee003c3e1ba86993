import {
  type AlarmConfiguration,
  AlarmsLimitExceededException,
  InvalidAlarmConfigException,
} from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';
import type { AlarmSettings } from '../records.ts';

const wrong = (message: string): Error => fault(InvalidAlarmConfigException, message);

/** @throws `InvalidAlarmConfig`, `AlarmsLimitExceeded`; whether the alarms exist is not asked */
export function readAlarms(block: AlarmConfiguration | undefined): AlarmSettings | undefined {
  if (!block) return undefined;
  const names = (block.alarms ?? []).map((alarm) => alarm.name ?? '');
  const enabled = block.enabled ?? false;
  if (names.length > 10)
    throw fault(AlarmsLimitExceededException, 'Deployment Groups cannot contain more than 10 alarms.');
  for (const name of names)
    if (name === '' || name.length > 255) throw wrong(`Alarm names must have 1 to 255 characters, found '${name}'.`);
  if (new Set(names).size < names.length) throw wrong('Duplicate alarm name detected');
  if (enabled && names.length === 0)
    throw wrong('Deployment Groups need to have at least one alarms attached if they are monitored.');
  return { enabled, ignorePollFailure: block.ignorePollAlarmFailure ?? false, names };
}
