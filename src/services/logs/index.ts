import type * as Sdk from '@aws-sdk/client-cloudwatch-logs';
import { createBell } from '../../kernel/bell.ts';
import { createDeliveryQueue } from '../../kernel/delivery-queue.ts';
import type { AppendWith } from '../../store/append-with.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { createLogGroup } from './actions/create-log-group.ts';
import { deleteLogGroup } from './actions/delete-log-group.ts';
import { describeLogGroups } from './actions/describe-log-groups.ts';
import { describeLogStreams } from './actions/describe-log-streams.ts';
import { filterLogEvents } from './actions/filter-log-events.ts';
import { getLogEvents } from './actions/get-log-events.ts';
import { createLogStream, deleteLogStream } from './actions/log-streams.ts';
import { deleteMetricFilter, describeMetricFilters, putMetricFilter } from './actions/metric-filters.ts';
import { putLogEvents } from './actions/put-log-events.ts';
import { putLogGroupDeletionProtection } from './actions/put-log-group-deletion-protection.ts';
import { deleteRetentionPolicy, putRetentionPolicy } from './actions/retention-policy.ts';
import { startLiveTail } from './actions/start-live-tail.ts';
import {
  deleteSubscriptionFilter,
  describeSubscriptionFilters,
  putSubscriptionFilter,
} from './actions/subscription-filters.ts';
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from './actions/tags.ts';
import { testMetricFilter } from './actions/test-metric-filter.ts';
import { createAppend } from './append.ts';
import type { LogsDeps, LogsParts } from './deps.ts';
import { invalidInput } from './faults.ts';
import { createLimits } from './limits.ts';
import { createTails } from './live-tail/tails.ts';
import { startRetention, sweep } from './loop.ts';
import { createMetricFilters } from './metric-filters.ts';
import { subscriptionWork } from './subscriptions/deliver.ts';

/*
 * CloudWatch Logs.
 *
 * Not served: Logs Insights (StartQuery and its family); destinations and deliveries, and subscription filters to anything
 * but functions; export tasks; anomaly detectors; data protection, resource, index and account policies; field selection
 * and transformed logs of filters. GetLogRecord, GetLogGroupFields.
 *
 * Kept and shown, without effect: the class of a group; its key.
 *
 * Different from AWS: what is stored is bounded (limits.ts), the oldest events go first; what can be read and listed is
 * exact at once; a metric filter's default value is published at most once a minute; a live tail that gets more than 500
 * events in a second shows the first of them.
 */

export interface LogsService extends Service {
  /** For the platform's own lines. */
  readonly append: AppendWith;
}

export function logs(parts: LogsParts): LogsService {
  const wake = createBell(parts.clock);
  const keepWithinLimits = createLimits(parts);
  const tails = createTails();
  const queue = createDeliveryQueue(parts.clock, parts.logger, subscriptionWork(parts));
  const publishMetrics = createMetricFilters(parts);
  const deps: LogsDeps = {
    ...parts,
    ring: () => wake.ring(),
    tails,
    async stored(batch) {
      queue.add(batch.dues);
      tails.show(batch);
      await publishMetrics(batch);
      await keepWithinLimits(batch);
    },
  };
  let retention: ReturnType<typeof startRetention> | undefined;
  return {
    name: 'logs',
    actions: actionsOf(deps),
    onInvalidInput: invalidInput,
    append: createAppend(deps),
    async start() {
      await sweep(parts);
      await queue.start();
      retention = startRetention(parts, wake);
    },
    async close() {
      tails.close();
      await queue.close();
      await retention?.close();
    },
  };
}

const actionsOf = (deps: LogsDeps) =>
  ({
    CreateLogGroup: createLogGroup(deps),
    CreateLogStream: createLogStream(deps),
    DeleteLogGroup: deleteLogGroup(deps),
    DeleteLogStream: deleteLogStream(deps),
    DeleteMetricFilter: deleteMetricFilter(deps),
    DeleteRetentionPolicy: deleteRetentionPolicy(deps),
    DeleteSubscriptionFilter: deleteSubscriptionFilter(deps),
    DescribeLogGroups: describeLogGroups(deps),
    DescribeLogStreams: describeLogStreams(deps),
    DescribeMetricFilters: describeMetricFilters(deps),
    DescribeSubscriptionFilters: describeSubscriptionFilters(deps),
    FilterLogEvents: filterLogEvents(deps),
    GetLogEvents: getLogEvents(deps),
    ListTagsForResource: listTagsForResource(deps),
    ListTagsLogGroup: listTagsLogGroup(deps),
    PutLogEvents: putLogEvents(deps),
    PutLogGroupDeletionProtection: putLogGroupDeletionProtection(deps),
    PutMetricFilter: putMetricFilter(deps),
    PutRetentionPolicy: putRetentionPolicy(deps),
    PutSubscriptionFilter: putSubscriptionFilter(deps),
    StartLiveTail: startLiveTail(deps),
    TagLogGroup: tagLogGroup(deps),
    TagResource: tagResource(deps),
    TestMetricFilter: testMetricFilter,
    UntagLogGroup: untagLogGroup(deps),
    UntagResource: untagResource(deps),
  }) satisfies Actions<typeof Sdk>;
