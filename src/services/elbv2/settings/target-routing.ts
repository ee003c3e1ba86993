import type { TargetGroupConfig } from '../../../drivers/balancers/balancer.ts';
import { millis, type Millis } from '../../../kernel/span.ts';
import type { TargetGroupRecord } from '../records.ts';

type Routing = Pick<TargetGroupConfig, 'algorithm' | 'slowStart' | 'stickiness' | 'minimumHealthy'>;

/** What the attributes of a target group mean to whoever picks targets. */
export const routing = (_group: TargetGroupRecord, scaled: (configured: Millis) => Millis): Routing => ({
  algorithm: 'round_robin',
  slowStart: scaled(millis(0)),
  minimumHealthy: { count: 1 },
});
