import type { TargetGroupRecord } from '../records.ts';
import { flag, type AttributeRules } from './attribute-rules.ts';

/** Source: platform spec 10.4. */
export const TARGET_GROUP_ATTRIBUTES = {
  'deregistration_delay.timeout_seconds': { value: '300', range: [0, 3600] },
  'load_balancing.algorithm.anomaly_mitigation': { value: 'off', oneOf: ['on', 'off'], served: ['off'] },
  'load_balancing.algorithm.type': {
    value: 'round_robin',
    oneOf: ['round_robin', 'least_outstanding_requests', 'weighted_random'],
    served: ['round_robin'],
  },
  'load_balancing.cross_zone.enabled': {
    value: 'use_load_balancer_configuration',
    oneOf: ['true', 'false', 'use_load_balancer_configuration'],
  },
  'slow_start.duration_seconds': { value: '0', range: [30, 900], zeroToo: true, served: ['0'] },
  'stickiness.app_cookie.cookie_name': { value: '' },
  'stickiness.app_cookie.duration_seconds': { value: '86400', range: [1, 604_800] },
  'stickiness.enabled': flag('false', ['false']),
  'stickiness.lb_cookie.duration_seconds': { value: '86400', range: [1, 604_800] },
  'stickiness.type': { value: 'lb_cookie', oneOf: ['lb_cookie', 'app_cookie'] },
  'target_group_health.dns_failover.minimum_healthy_targets.count': { value: '1' },
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': { value: 'off' },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': { value: '1', served: ['1'] },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': { value: 'off', served: ['off'] },
} as const satisfies AttributeRules;

const DELAY = 'deregistration_delay.timeout_seconds';

/** The configured deregistration delay, in seconds. */
export const deregistrationDelaySeconds = (group: Pick<TargetGroupRecord, 'attributes'>): number =>
  Number(group.attributes[DELAY] ?? TARGET_GROUP_ATTRIBUTES[DELAY].value);
