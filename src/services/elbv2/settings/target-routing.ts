import type { TargetGroupConfig, TargetStickiness } from '../../../drivers/balancers/balancer.ts';
import { seconds, type Millis } from '../../../kernel/span.ts';
import type { TargetGroupRecord } from '../records.ts';
import { isSticky, targetGroupAttribute as valueOf } from './target-group-attributes.ts';

type Routing = Pick<TargetGroupConfig, 'algorithm' | 'slowStart' | 'stickiness' | 'minimumHealthy'>;

/** What the attributes of a target group mean to whoever picks targets. */
export function routing(group: TargetGroupRecord, scaled: (configured: Millis) => Millis): Routing {
  const sticky = stickiness(group);
  return {
    algorithm: algorithm(group),
    slowStart: scaled(seconds(Number(valueOf(group, 'slow_start.duration_seconds')))),
    ...(sticky && { stickiness: sticky }),
    minimumHealthy: minimumHealthy(group),
  };
}

function algorithm(group: TargetGroupRecord): Routing['algorithm'] {
  const type = valueOf(group, 'load_balancing.algorithm.type');
  return type === 'least_outstanding_requests' || type === 'weighted_random' ? type : 'round_robin';
}

function stickiness(group: TargetGroupRecord): TargetStickiness | undefined {
  if (!isSticky(group)) return undefined;
  const duration = (type: 'lb_cookie' | 'app_cookie'): Millis =>
    seconds(Number(valueOf(group, `stickiness.${type}.duration_seconds`)));
  if (valueOf(group, 'stickiness.type') === 'lb_cookie') return { type: 'lb_cookie', duration: duration('lb_cookie') };
  const cookie = valueOf(group, 'stickiness.app_cookie.cookie_name');
  return { type: 'app_cookie', cookie, duration: duration('app_cookie') };
}

function minimumHealthy(group: TargetGroupRecord): Routing['minimumHealthy'] {
  const prefix = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets';
  const percentage = valueOf(group, `${prefix}.percentage`);
  return {
    count: Number(valueOf(group, `${prefix}.count`)),
    ...(percentage !== 'off' && { percentage: Number(percentage) }),
  };
}
