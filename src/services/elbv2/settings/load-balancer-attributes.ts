import type { LoadBalancerRecord } from '../records.ts';
import { flag, type AttributeRules } from './attribute-rules.ts';

const logs = (kind: string): AttributeRules => ({
  [`${kind}.s3.enabled`]: flag('false', ['false']),
  [`${kind}.s3.bucket`]: { value: '' },
  [`${kind}.s3.prefix`]: { value: '' },
});

/** Source: platform spec 10.3. Those without an effect in Teal are named in the service's index.ts. */
export const LOAD_BALANCER_ATTRIBUTES = {
  ...logs('access_logs'),
  ...logs('connection_logs'),
  'client_keep_alive.seconds': { value: '3600', range: [60, 604_800] },
  'deletion_protection.enabled': flag('false'),
  'idle_timeout.timeout_seconds': { value: '60', range: [1, 4000] },
  'ipv6.deny_all_igw_traffic': flag('false'),
  'load_balancing.cross_zone.enabled': flag('true', ['true']),
  'routing.http.desync_mitigation_mode': { value: 'defensive', oneOf: ['monitor', 'defensive', 'strictest'] },
  'routing.http.drop_invalid_header_fields.enabled': flag('false'),
  'routing.http.preserve_host_header.enabled': flag('false'),
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': flag('false'),
  'routing.http.xff_client_port.enabled': flag('false', ['false']),
  'routing.http.xff_header_processing.mode': {
    value: 'append',
    oneOf: ['append', 'preserve', 'remove'],
    served: ['append'],
  },
  'routing.http2.enabled': flag('true'),
  'waf.fail_open.enabled': flag('false'),
  'zonal_shift.config.enabled': flag('false'),
} as const satisfies AttributeRules;

/** The value of one attribute, the default where none was set. */
export const loadBalancerAttribute = (
  record: Pick<LoadBalancerRecord, 'attributes'>,
  key: 'idle_timeout.timeout_seconds' | 'deletion_protection.enabled',
): string => record.attributes[key] ?? LOAD_BALANCER_ATTRIBUTES[key].value;
