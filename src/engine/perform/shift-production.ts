import { findProductionDrift } from '../decide/drift.ts';
import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import { moveTraffic } from './move-traffic.ts';
import type { Outcome } from './perform.ts';

/** Gives the replacement `share` percent of production traffic. */
export const shiftProduction = async (ports: Ports, deployment: Deployment, share: number): Promise<Outcome> => ({
  routes: await moveTraffic(ports, deployment, deployment.release.productionListenerArn, share, findProductionDrift),
});
