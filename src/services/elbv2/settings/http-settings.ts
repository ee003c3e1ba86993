import type { HttpSettings } from '../../../drivers/balancers/balancer.ts';
import { seconds } from '../../../kernel/span.ts';
import type { ListenerRecord, LoadBalancerRecord } from '../records.ts';
import { answerHeaders, showsServerHeader } from './listener-attributes.ts';
import { loadBalancerAttribute as valueOf, type LoadBalancerAttributeKey } from './load-balancer-attributes.ts';

/** What the attributes of a load balancer and of one of its listeners mean to whoever carries its traffic. */
export const httpSettings = (loadBalancer: LoadBalancerRecord, listener: ListenerRecord): HttpSettings => ({
  idleTimeout: seconds(Number(valueOf(loadBalancer, 'idle_timeout.timeout_seconds'))),
  clientKeepAlive: seconds(Number(valueOf(loadBalancer, 'client_keep_alive.seconds'))),
  http2: isOn(loadBalancer, 'routing.http2.enabled'),
  dropInvalidHeaders: isOn(loadBalancer, 'routing.http.drop_invalid_header_fields.enabled'),
  desyncMitigation: desyncMitigation(loadBalancer),
  preserveHost: isOn(loadBalancer, 'routing.http.preserve_host_header.enabled'),
  forwardedFor: forwardedFor(loadBalancer),
  forwardedForPort: isOn(loadBalancer, 'routing.http.xff_client_port.enabled'),
  tlsHeaders: isOn(loadBalancer, 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled'),
  serverHeader: showsServerHeader(listener),
  answerHeaders: answerHeaders(listener),
});

const isOn = (loadBalancer: LoadBalancerRecord, key: LoadBalancerAttributeKey): boolean =>
  valueOf(loadBalancer, key) === 'true';

function desyncMitigation(loadBalancer: LoadBalancerRecord): HttpSettings['desyncMitigation'] {
  const mode = valueOf(loadBalancer, 'routing.http.desync_mitigation_mode');
  return mode === 'monitor' || mode === 'strictest' ? mode : 'defensive';
}

function forwardedFor(loadBalancer: LoadBalancerRecord): HttpSettings['forwardedFor'] {
  const mode = valueOf(loadBalancer, 'routing.http.xff_header_processing.mode');
  return mode === 'preserve' || mode === 'remove' ? mode : 'append';
}
