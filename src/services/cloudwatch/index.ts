import type * as Sdk from '@aws-sdk/client-cloudwatch';
import type { PublishMetrics } from '../../kernel/metrics.ts';
import type { Actions, Service } from '../../wire/types.ts';
import type { CloudWatchParts } from './deps.ts';

/*
 * CloudWatch: metrics and alarms.
 */

export interface CloudWatchService extends Service {
  readonly publish: PublishMetrics;
}

export function cloudwatch(_parts: CloudWatchParts): CloudWatchService {
  return {
    name: 'cloudwatch',
    actions: {} satisfies Actions<typeof Sdk>,
    publish: () => undefined,
    start: async () => undefined,
    close: async () => undefined,
  };
}
