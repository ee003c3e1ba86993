import { findTestDrift } from '../decide/drift.ts';
import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import { moveTraffic } from './move-traffic.ts';
import type { Outcome } from './perform.ts';

/** Sends all test traffic to the replacement. */
export async function shiftTest(ports: Ports, deployment: Deployment): Promise<Outcome> {
  const { testListenerArn } = deployment.release;
  if (testListenerArn !== undefined) await moveTraffic(ports, deployment, testListenerArn, 100, findTestDrift);
  return {};
}
