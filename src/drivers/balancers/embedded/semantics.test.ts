import { afterAll, beforeAll } from 'vitest';
import { balancerSemantics } from '../semantics.conformance.ts';
import { bundleBalancer, type Bundle } from '../testing/bundle-balancer.ts';
import { createEmbeddedBalancer } from './embedded-balancer.ts';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleBalancer();
});
afterAll(() => bundle.remove());

balancerSemantics('embedded', {
  create: (options) => createEmbeddedBalancer({ ...options, entry: bundle.entry }),
});
