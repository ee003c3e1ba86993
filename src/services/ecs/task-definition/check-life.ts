import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';
import { needsFargate, type Registration } from './registration.ts';

const HEALTH_RANGES = { interval: [5, 300], timeout: [2, 60], retries: [1, 10], startPeriod: [0, 300] } as const;

/** Health checks, timeouts, restarts. Source: spec, RegisterTaskDefinition rows 34-36. @throws {ClientException} */
export function checkLife(input: Registration): void {
  for (const container of input.containerDefinitions ?? []) {
    checkHealthCheck(container);
    checkTimeouts(container, needsFargate(input));
    checkRestartPolicy(container);
  }
}

function checkHealthCheck({ name, healthCheck }: ContainerDefinition): void {
  if (!healthCheck) return;
  if (!['CMD', 'CMD-SHELL', 'NONE'].includes(healthCheck.command?.[0] ?? ''))
    throw clientError('Health check command must start with CMD or CMD-SHELL');
  for (const [field, [least, most]] of Object.entries(HEALTH_RANGES)) {
    const value = healthCheck[field as keyof typeof HEALTH_RANGES];
    if (value !== undefined) checkRange(`Health check ${field}`, value, least, most, name);
  }
}

/** Seconds; the upper ends are Fargate's. */
const LEAST_TIMEOUT = 2;
const MOST_TIMEOUT = 120;

function checkTimeouts({ name, startTimeout, stopTimeout }: ContainerDefinition, isFargate: boolean): void {
  for (const [field, word, value] of [
    ['startTimeout', 'start', startTimeout],
    ['stopTimeout', 'stop', stopTimeout],
  ] as const) {
    if (value === undefined) continue;
    checkRange(field, value, LEAST_TIMEOUT, Infinity, name);
    if (isFargate && value > MOST_TIMEOUT)
      throw clientError(
        `Tasks using the Fargate launch type must have a container ${word} timeout of less than ${MOST_TIMEOUT} seconds.`,
      );
  }
}

/** Words assumed; the limits are those of the API reference. */
function checkRestartPolicy({ name, restartPolicy }: ContainerDefinition): void {
  if (!restartPolicy) return;
  const { enabled, ignoredExitCodes = [], restartAttemptPeriod } = restartPolicy;
  if (enabled === undefined) throw clientError('ContainerRestartPolicy.enabled should not be null or empty.');
  if (ignoredExitCodes.length > 50)
    throw clientError(`Restart policy ignoredExitCodes can have at most 50 items for container '${name}'`);
  if (restartAttemptPeriod !== undefined)
    checkRange('Restart policy restartAttemptPeriod', restartAttemptPeriod, 60, 1800, name);
}

function checkRange(what: string, value: number, least: number, most: number, container: string | undefined): void {
  if (value > most)
    throw clientError(
      `${what} must be less than or equal to the maximum allowed value ${most} for container '${container}'`,
    );
  if (value < least)
    throw clientError(
      `${what} must be greater than or equal to the minimum allowed value ${least} for container '${container}'`,
    );
}
