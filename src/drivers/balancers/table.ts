import type { Balancer, BalancerName, BalancerOptions } from './balancer.ts';
import { createEmbeddedBalancer } from './embedded/embedded-balancer.ts';

export type BalancerFactory = (options: BalancerOptions) => Promise<Balancer>;

/** Every load balancer Teal can drive, by the name the command line takes. */
export const BALANCERS = {
  embedded: createEmbeddedBalancer,
} satisfies Record<BalancerName, BalancerFactory>;
