import type { Balancer, BalancerName, BalancerOptions } from './balancer.ts';
import { createEmbeddedBalancer } from './embedded/embedded-balancer.ts';
import { createHaproxyBalancer } from './haproxy/haproxy-balancer.ts';

export type BalancerFactory = (options: BalancerOptions) => Promise<Balancer>;

/** Every load balancer Teal can drive, by the name the command line takes. */
export const BALANCERS = {
  embedded: createEmbeddedBalancer,
  haproxy: createHaproxyBalancer,
} satisfies Record<BalancerName, BalancerFactory>;
