import type { Scope } from '../../../../kernel/scope.ts';
import { stamp } from '../decide/words.ts';
import type { AlarmRecord, PendingWork } from '../records.ts';
import { describeConfiguration, describeState } from './described.ts';

/** What a function that is an alarm's action is called with. Recording: aws-recorded §5, "Lambda alarm action". */
export const lambdaPayload = (scope: Scope, alarm: AlarmRecord, { from, to }: PendingWork): string =>
  JSON.stringify({
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: scope.account,
    time: stamp(to.updatedAt),
    region: scope.region,
    alarmData: {
      alarmName: alarm.name,
      state: describeState(to),
      previousState: describeState(from),
      configuration: describeConfiguration(alarm),
    },
  });
