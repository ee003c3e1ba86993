import type { Scope } from '../../../../kernel/scope.ts';
import type { AlarmDeps } from '../deps.ts';
import type { AlarmRecord, PendingWork } from '../records.ts';
import { describeConfiguration, describeState } from './described.ts';
import type { Outcome } from './perform-action.ts';

/** Tells the event bus that an alarm changed its state. Source: spec/platform §12.8. */
export async function emitChange(
  { emit }: AlarmDeps,
  scope: Scope,
  alarm: AlarmRecord,
  work: PendingWork,
): Promise<Outcome> {
  await emit(scope, {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      state: describeState(work.to),
      previousState: describeState(work.from),
      configuration: describeConfiguration(alarm),
    },
  });
  return {};
}
