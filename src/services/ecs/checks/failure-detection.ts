import type {
  DeploymentAlarms,
  DeploymentCircuitBreaker,
  DeploymentEarlySuccessCriteria,
  ThresholdConfiguration,
} from '@aws-sdk/client-ecs';
import { invalidParameter } from '../faults.ts';

// The words of all refusals here are assumed.

/** Off by default; what it counts with is always shown. */
export function circuitBreaker(given: DeploymentCircuitBreaker | undefined): DeploymentCircuitBreaker {
  return {
    enable: given?.enable ?? false,
    rollback: given?.rollback ?? false,
    resetOnHealthyTask: given?.resetOnHealthyTask ?? true,
    thresholdConfiguration: threshold(given?.thresholdConfiguration),
  };
}

function threshold(given: ThresholdConfiguration = { type: 'BOUNDED_PERCENT', value: 50 }): ThresholdConfiguration {
  const { type = 'BOUNDED_PERCENT', value = 50 } = given;
  if (value < 1) throw invalidParameter('thresholdConfiguration value must be at least 1.');
  if (type === 'BOUNDED_PERCENT' && value > 100)
    throw invalidParameter('thresholdConfiguration value must be at most 100 for the BOUNDED_PERCENT type.');
  return { type, value };
}

export function deploymentAlarms({
  alarmNames = [],
  enable = false,
  rollback = false,
}: DeploymentAlarms): DeploymentAlarms {
  if (enable && alarmNames.length === 0)
    throw invalidParameter('alarmNames must not be empty when deployment alarms are enabled.');
  return { alarmNames: [...new Set(alarmNames)], enable, rollback };
}

/** Source: ECS API Reference, DeploymentEarlySuccessCriteria. */
export function earlySuccess(
  { enable, healthyPercent, sourceServiceRevisionCleanup }: DeploymentEarlySuccessCriteria,
  minimumHealthyPercent: number,
): DeploymentEarlySuccessCriteria {
  if (!enable) return { enable: false };
  if (healthyPercent === undefined || sourceServiceRevisionCleanup === undefined)
    throw invalidParameter(
      'healthyPercent and sourceServiceRevisionCleanup must be specified when earlySuccessCriteria is enabled.',
    );
  if (healthyPercent < 0 || healthyPercent > 100) throw invalidParameter('healthyPercent must be between 0 and 100.');
  if (healthyPercent < minimumHealthyPercent)
    throw invalidParameter('healthyPercent must be greater than or equal to minimumHealthyPercent.');
  return { enable, healthyPercent, sourceServiceRevisionCleanup };
}
