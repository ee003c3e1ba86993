import { balancerConformance } from '../balancer.conformance.ts';
import { createFakeBalancer } from './fake-balancer.ts';

balancerConformance('fake', {
  create: async ({ onChange }) => createFakeBalancer(onChange),
  noTraffic: 'the fake carries no traffic',
});
