import type { LoadBalancerRecord } from '../records.ts';
import { checkLogPlace, requireBucket, type LogPlace } from './access-logs.ts';
import { checkedAttributes, flag, type Attribute, type AttributeRules } from './attribute-rules.ts';

/** Source: platform spec 10.3. Those without an effect in Teal are named in the service's index.ts. */
export const LOAD_BALANCER_ATTRIBUTES = {
  'access_logs.s3.enabled': flag('false'),
  'access_logs.s3.bucket': { value: '' },
  'access_logs.s3.prefix': { value: '' },
  'connection_logs.s3.enabled': flag('false', ['false']),
  'connection_logs.s3.bucket': { value: '' },
  'connection_logs.s3.prefix': { value: '' },
  'health_check_logs.s3.enabled': flag('false', ['false']),
  'health_check_logs.s3.bucket': { value: '' },
  'health_check_logs.s3.prefix': { value: '' },
  'client_keep_alive.seconds': { value: '3600', range: [60, 604_800] },
  'deletion_protection.enabled': flag('false'),
  'idle_timeout.timeout_seconds': { value: '60', range: [1, 4000] },
  'ipv6.deny_all_igw_traffic': flag('false'),
  'load_balancing.cross_zone.enabled': flag('true', ['true']),
  'routing.http.desync_mitigation_mode': { value: 'defensive', oneOf: ['monitor', 'defensive', 'strictest'] },
  'routing.http.drop_invalid_header_fields.enabled': flag('false'),
  'routing.http.preserve_host_header.enabled': flag('false'),
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': flag('false'),
  'routing.http.xff_client_port.enabled': flag('false'),
  'routing.http.xff_header_processing.mode': { value: 'append', oneOf: ['append', 'preserve', 'remove'] },
  'routing.http2.enabled': flag('true'),
  'waf.fail_open.enabled': flag('false'),
  'zonal_shift.config.enabled': flag('false'),
} as const satisfies AttributeRules;

export type LoadBalancerAttributeKey = keyof typeof LOAD_BALANCER_ATTRIBUTES;
type Attributes = Pick<LoadBalancerRecord, 'attributes'>;

/** The value of one attribute, the default where none was set. */
export const loadBalancerAttribute = (record: Attributes, key: LoadBalancerAttributeKey): string =>
  record.attributes[key] ?? LOAD_BALANCER_ATTRIBUTES[key].value;

/** Where access logs go; `undefined` while they are off. */
export const accessLogPlace = (record: Attributes): LogPlace | undefined =>
  loadBalancerAttribute(record, 'access_logs.s3.enabled') === 'true' ? placeOf(record) : undefined;

/** What the attributes become. @throws {ApiError} `ValidationError`; `InvalidConfigurationRequest` for logs to nowhere */
export function changedBalancerAttributes(
  { attributes: current }: Attributes,
  changes: readonly Attribute[],
): LoadBalancerRecord['attributes'] {
  const attributes = { ...current, ...checkedAttributes(LOAD_BALANCER_ATTRIBUTES, 'Load balancer', changes) };
  checkLogPlace(placeOf({ attributes }));
  const place = accessLogPlace({ attributes });
  if (place) requireBucket(place);
  return attributes;
}

const placeOf = (record: Attributes): LogPlace => ({
  bucket: loadBalancerAttribute(record, 'access_logs.s3.bucket'),
  prefix: loadBalancerAttribute(record, 'access_logs.s3.prefix'),
});
