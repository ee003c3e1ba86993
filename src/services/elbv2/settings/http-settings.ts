import type { HttpSettings } from '../../../drivers/balancers/balancer.ts';
import { seconds } from '../../../kernel/span.ts';
import type { LoadBalancerRecord } from '../records.ts';
import { loadBalancerAttribute } from './load-balancer-attributes.ts';

/** What the attributes of a load balancer mean to whoever carries its traffic. */
export const httpSettings = (loadBalancer: LoadBalancerRecord): HttpSettings => ({
  idleTimeout: seconds(Number(loadBalancerAttribute(loadBalancer, 'idle_timeout.timeout_seconds'))),
  clientKeepAlive: seconds(3600),
  http2: true,
  dropInvalidHeaders: false,
  desyncMitigation: 'defensive',
  preserveHost: false,
  forwardedFor: 'append',
  forwardedForPort: false,
  tlsHeaders: false,
  serverHeader: true,
  answerHeaders: [],
});
