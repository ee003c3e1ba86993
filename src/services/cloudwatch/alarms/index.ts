import type * as Sdk from '@aws-sdk/client-cloudwatch';
import { createBell } from '../../../kernel/bell.ts';
import type { Actions } from '../../../wire/types.ts';
import { deleteAlarms } from './actions/delete-alarms.ts';
import { describeAlarmHistory } from './actions/describe-alarm-history.ts';
import { describeAlarmsForMetric } from './actions/describe-alarms-for-metric.ts';
import { describeAlarms } from './actions/describe-alarms.ts';
import { disableAlarmActions, enableAlarmActions } from './actions/enable-alarm-actions.ts';
import { putCompositeAlarm } from './actions/put-composite-alarm.ts';
import { putMetricAlarm } from './actions/put-metric-alarm.ts';
import { setAlarmState } from './actions/set-alarm-state.ts';
import { listTagsForResource, tagResource, untagResource } from './actions/tags.ts';
import type { AlarmDeps, AlarmParts } from './deps.ts';
import { createAlarmLoop } from './loop.ts';

/*
 * Alarms on metrics, on metric math, and on other alarms.
 *
 * Not served, and refused with an error that says so: anomaly detection (the operators for ranges), PromQL and log
 * alarms, Metrics Insights and SEARCH, metrics of other accounts, evaluation windows and intervals.
 *
 * Kept and shown, and failing in the history when their time comes: actions that are neither SNS topics nor Lambda
 * functions.
 *
 * Different from AWS: the history of an alarm holds its newest 500 items and goes with the alarm; under a time scale a
 * period takes at least a tenth of a real second for each minute (or ten seconds) of it.
 *
 * As on AWS composite alarms may name each other in a ring; those, and what depends on them, are then not evaluated, and
 * cannot be deleted one by one, until the rule of one of them is changed.
 */
export function alarms(parts: AlarmParts) {
  const deps: AlarmDeps = { ...parts, bell: createBell(parts.clock) };
  return { actions: alarmActions(deps), loop: createAlarmLoop(deps) };
}

const alarmActions = (deps: AlarmDeps) =>
  ({
    DeleteAlarms: deleteAlarms(deps),
    DescribeAlarmHistory: describeAlarmHistory(deps),
    DescribeAlarms: describeAlarms(deps),
    DescribeAlarmsForMetric: describeAlarmsForMetric(deps),
    DisableAlarmActions: disableAlarmActions(deps),
    EnableAlarmActions: enableAlarmActions(deps),
    ListTagsForResource: listTagsForResource(deps),
    PutCompositeAlarm: putCompositeAlarm(deps),
    PutMetricAlarm: putMetricAlarm(deps),
    SetAlarmState: setAlarmState(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
  }) satisfies Actions<typeof Sdk>;
