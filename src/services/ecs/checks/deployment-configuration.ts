import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { invalidParameter, notServed } from '../faults.ts';

/**
 * The configuration as the service shows it, its defaults filled in.
 *
 * @throws {InvalidParameterException} for percentages that cannot be
 * @throws {UnsupportedFeatureException} for what Teal does not serve
 */
export function deploymentConfiguration(
  given: DeploymentConfiguration | undefined,
  controller: 'ECS' | 'CODE_DEPLOY',
  current: DeploymentConfiguration = {},
): DeploymentConfiguration {
  const merged = { ...current, ...given };
  const { minimumHealthyPercent = 100, maximumPercent = 200 } = merged;
  if (minimumHealthyPercent > 100) throw invalidParameter('minimumHealthyPercent must be at most 100');
  if (maximumPercent < 100) throw invalidParameter('maximumPercent must be at least 100');
  if (maximumPercent > 200) throw invalidParameter('maximumPercent must be at most 200');
  if (minimumHealthyPercent === 100 && maximumPercent === 100)
    throw invalidParameter(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    );
  if (controller === 'CODE_DEPLOY') return codeDeploy(merged, { maximumPercent, minimumHealthyPercent });
  if (merged.strategy && merged.strategy !== 'ROLLING') throw notServed(`Deployment strategy ${merged.strategy}`);
  if (merged.deploymentCircuitBreaker?.enable) throw notServed('The deployment circuit breaker');
  if (merged.alarms?.enable) throw notServed('A deployment alarm of the ECS deployment controller');
  return {
    deploymentCircuitBreaker: { enable: false, rollback: false },
    maximumPercent,
    minimumHealthyPercent,
    strategy: 'ROLLING',
    bakeTimeInMinutes: 0,
  };
}

function codeDeploy(given: DeploymentConfiguration, percent: DeploymentConfiguration): DeploymentConfiguration {
  if (given.deploymentCircuitBreaker?.enable)
    throw invalidParameter('Deployment circuit breaker is only supported with the ECS deployment controller.');
  if (given.alarms?.enable)
    throw invalidParameter('Deployment alarms are only supported with the ECS deployment controller.');
  return percent;
}
