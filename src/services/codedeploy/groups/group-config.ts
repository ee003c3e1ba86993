import { InvalidDeploymentConfigNameException } from '@aws-sdk/client-codedeploy';
import type { TrafficRouting } from '../../../engine/deployment.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import { requireConfig } from '../look-ups.ts';
import type { ConfigRecord, LoadBalancerSettings } from '../records.ts';
import { checkRouting } from './load-balancer.ts';

/** A configuration of the ECS platform, which always has a traffic routing. */
export type EcsConfig = ConfigRecord & { readonly routing: TrafficRouting };

/** @throws `DeploymentConfigDoesNotExist`, `InvalidDeploymentConfigName` for another platform's */
export async function requireEcsConfig(tx: Transaction, scope: Scope, name: string): Promise<EcsConfig> {
  const { routing, ...config } = await requireConfig(tx, scope, name);
  if (config.computePlatform !== 'ECS' || !routing)
    throw fault(
      InvalidDeploymentConfigNameException,
      `Compute platform of deployment config ${name} does not match expected compute platform, correct compute platform should be ECS.`,
    );
  return { ...config, routing };
}

/** As `requireEcsConfig`, and one that the load balancer can carry out. @throws `InvalidTrafficRoutingConfiguration` */
export async function requireConfigFor(
  tx: Transaction,
  scope: Scope,
  name: string,
  loadBalancer: LoadBalancerSettings,
): Promise<EcsConfig> {
  const config = await requireEcsConfig(tx, scope, name);
  checkRouting(loadBalancer, config);
  return config;
}
