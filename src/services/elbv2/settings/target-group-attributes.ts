import { InvalidConfigurationRequestException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import { notServed, validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import type { TargetGroupRecord } from '../records.ts';
import { checkedAttributes, flag, type Attribute, type AttributeRule, type AttributeRules } from './attribute-rules.ts';

const count: AttributeRule = { value: '1', range: [1, LIMITS.targetsPerGroup] };
const percentage: AttributeRule = { value: 'off', range: [1, 100], or: ['off'] };

/** Source: platform spec 10.4. Those without an effect in Teal are named in the service's index.ts. */
export const TARGET_GROUP_ATTRIBUTES = {
  'deregistration_delay.timeout_seconds': { value: '300', range: [0, 3600] },
  'load_balancing.algorithm.anomaly_mitigation': { value: 'off', oneOf: ['on', 'off'] },
  'load_balancing.algorithm.type': {
    value: 'round_robin',
    oneOf: ['round_robin', 'least_outstanding_requests', 'weighted_random'],
  },
  'load_balancing.cross_zone.enabled': {
    value: 'use_load_balancer_configuration',
    oneOf: ['true', 'false', 'use_load_balancer_configuration'],
  },
  'slow_start.duration_seconds': { value: '0', range: [30, 900], or: ['0'] },
  'stickiness.app_cookie.cookie_name': { value: '' },
  'stickiness.app_cookie.duration_seconds': { value: '86400', range: [1, 604_800] },
  'stickiness.enabled': flag('false'),
  'stickiness.lb_cookie.duration_seconds': { value: '86400', range: [1, 604_800] },
  'stickiness.type': { value: 'lb_cookie', oneOf: ['lb_cookie', 'app_cookie'] },
  'target_group_health.dns_failover.minimum_healthy_targets.count': { ...count, or: ['off'] },
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': percentage,
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': count,
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': percentage,
} as const satisfies AttributeRules;

type Key = keyof typeof TARGET_GROUP_ATTRIBUTES;
type Attributes = Pick<TargetGroupRecord, 'attributes'>;

/** The value of one attribute, the default where none was set. */
export const targetGroupAttribute = (group: Attributes, key: Key): string =>
  group.attributes[key] ?? TARGET_GROUP_ATTRIBUTES[key].value;

/** The configured deregistration delay, in seconds. */
export const deregistrationDelaySeconds = (group: Attributes): number =>
  Number(targetGroupAttribute(group, 'deregistration_delay.timeout_seconds'));

/** Whether clients stay with a target of the group. */
export const isSticky = (group: Attributes): boolean => targetGroupAttribute(group, 'stickiness.enabled') === 'true';

/** What the group's attributes become. @throws {ApiError} `ValidationError`; `InvalidConfigurationRequest` for a bad combination */
export function changedGroupAttributes(
  group: Attributes,
  changes: readonly Attribute[],
): TargetGroupRecord['attributes'] {
  const changed = checkedAttributes(TARGET_GROUP_ATTRIBUTES, 'Target group', changes);
  const attributes = { ...group.attributes, ...changed };
  const value = (key: Key): string => targetGroupAttribute({ attributes }, key);
  checkCookieName(value('stickiness.app_cookie.cookie_name'));
  if (
    value('stickiness.enabled') === 'true' &&
    value('stickiness.type') === 'app_cookie' &&
    value('stickiness.app_cookie.cookie_name') === ''
  )
    throw fault(
      InvalidConfigurationRequestException,
      "You must set an application cookie name to enable stickiness of type 'app_cookie'",
    );
  const algorithm = value('load_balancing.algorithm.type');
  if (value('slow_start.duration_seconds') !== '0' && algorithm !== 'round_robin')
    throw fault(
      InvalidConfigurationRequestException,
      `You cannot enable both slow start mode and the '${algorithm}' routing algorithm`,
    );
  checkMitigation(value('load_balancing.algorithm.anomaly_mitigation'), algorithm);
  return attributes;
}

/** A name is a token (RFC 6265), and not one of the load balancer's own. */
function checkCookieName(name: string): void {
  if (name === '') return;
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/.test(name))
    throw validationError(
      `The application cookie name '${name}' contains a character that is not valid or is too long`,
    );
  if (name.toUpperCase().startsWith('AWSALB'))
    throw validationError(
      `The application cookie name '${name}' cannot begin with 'AWSALB', 'AWSALBAPP' or 'AWSALBTG', which are reserved`,
    );
}

function checkMitigation(mitigation: string, algorithm: string): void {
  if (mitigation === 'off') return;
  if (algorithm !== 'weighted_random')
    throw fault(
      InvalidConfigurationRequestException,
      "You can enable anomaly mitigation only with the 'weighted_random' routing algorithm",
    );
  throw notServed("'on' for the attribute 'load_balancing.algorithm.anomaly_mitigation'");
}
