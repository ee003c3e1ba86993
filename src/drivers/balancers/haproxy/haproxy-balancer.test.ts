import { describe, it } from 'vitest';
import { balancerConformance } from '../balancer.conformance.ts';
import { balancerSemantics } from '../semantics.conformance.ts';
import { findHaproxy } from './find-haproxy.ts';
import { createHaproxyBalancer } from './haproxy-balancer.ts';

const missing = await findHaproxy().then(
  () => undefined,
  (error: Error) => error.message,
);

if (missing === undefined || process.env['CI']) {
  balancerConformance('haproxy', { create: createHaproxyBalancer });
  balancerSemantics('haproxy', { create: createHaproxyBalancer });
} else describe.skip(`haproxy balancer (${missing})`, () => it('is driven', () => undefined));
