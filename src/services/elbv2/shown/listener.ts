import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ListenerRecord } from '../records.ts';
import { shownAction } from '../rules/shown-action.ts';

/** A listener as AWS shows it. */
export const shownListener = (record: ListenerRecord): Listener => ({
  ListenerArn: record.arn,
  LoadBalancerArn: record.loadBalancerArn,
  Port: record.port,
  Protocol: 'HTTP',
  DefaultActions: [shownAction(record.action)],
});
