import { findProductionDrift } from '../decide/drift.ts';
import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import { moveTraffic } from './move-traffic.ts';
import type { Outcome } from './perform.ts';

/**
 * Names the idle group on production with weight 0, so that the load balancer checks the replacement's health while it
 * installs. Source: spec/codedeploy-ecs §18, row 6.
 */
export const prepareTraffic = async (ports: Ports, deployment: Deployment): Promise<Outcome> => ({
  routes: await moveTraffic(ports, deployment, deployment.release.productionListenerArn, 0, findProductionDrift),
});
