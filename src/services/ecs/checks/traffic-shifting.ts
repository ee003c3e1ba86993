import type { CanaryConfiguration, DeploymentStrategy, LinearConfiguration } from '@aws-sdk/client-ecs';
import { invalidParameter } from '../faults.ts';

// The words of all refusals here are assumed. Source of the limits: ECS API Reference.

/** Minutes that both revisions stay, 0 for ROLLING unless said; BLUE_GREEN has to say. */
export function bakeTime(given: number | undefined, strategy: DeploymentStrategy): number {
  if (given === undefined && strategy === 'BLUE_GREEN')
    throw invalidParameter('bakeTimeInMinutes must be specified with the BLUE_GREEN deployment strategy.');
  return checkMinutes('bakeTimeInMinutes', given ?? 0);
}

export const linearConfiguration = (given: LinearConfiguration = {}): LinearConfiguration => ({
  stepPercent: checkPercent('stepPercent', given.stepPercent ?? 10, 3),
  stepBakeTimeInMinutes: checkMinutes('stepBakeTimeInMinutes', given.stepBakeTimeInMinutes ?? 6),
});

export const canaryConfiguration = (given: CanaryConfiguration = {}): CanaryConfiguration => ({
  canaryPercent: checkPercent('canaryPercent', given.canaryPercent ?? 5, 0.1),
  canaryBakeTimeInMinutes: checkMinutes('canaryBakeTimeInMinutes', given.canaryBakeTimeInMinutes ?? 10),
});

function checkPercent(name: string, value: number, least: number): number {
  const isTenths = Math.abs(value * 10 - Math.round(value * 10)) < 1e-6;
  if (!(value >= least && value <= 100) || !isTenths)
    throw invalidParameter(`${name} must be a multiple of 0.1 between ${least.toFixed(1)} and 100.0.`);
  return value;
}

function checkMinutes(name: string, value: number): number {
  if (value < 0 || value > 1440) throw invalidParameter(`${name} must be between 0 and 1440.`);
  return value;
}
