import type { DeploymentLifecycleHook } from '@aws-sdk/client-ecs';
import { invalidParameter } from '../faults.ts';

// The words of all refusals here are assumed. Source of the rules: ECS API Reference, DeploymentLifecycleHook.

/** Stages in which traffic moves: there is nothing to pause at. */
const LAMBDA_ONLY = ['TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'];
/** Minutes. */
const LONGEST = { AWS_LAMBDA: 1440, PAUSE: 20_160 } as const;

/** The hooks of a deployment configuration, their defaults filled in. @throws {InvalidParameterException} */
export const checkLifecycleHooks = (hooks: readonly DeploymentLifecycleHook[] = []): DeploymentLifecycleHook[] =>
  hooks.map(checkHook);

function checkHook(hook: DeploymentLifecycleHook): DeploymentLifecycleHook {
  const { targetType = 'AWS_LAMBDA', lifecycleStages = [] } = hook;
  if (lifecycleStages.length === 0) throw invalidParameter('lifecycleStages must not be empty in a lifecycle hook.');
  if (targetType === 'AWS_LAMBDA') checkTarget(hook);
  else if (lifecycleStages.some((stage) => LAMBDA_ONLY.includes(stage)))
    throw invalidParameter(`PAUSE lifecycle hooks cannot be configured at ${LAMBDA_ONLY.join(' or ')}.`);
  return { ...hook, targetType, timeoutConfiguration: timeout(hook, LONGEST[targetType]) };
}

function checkTarget({ hookTargetArn, roleArn }: DeploymentLifecycleHook): void {
  if (!hookTargetArn?.startsWith('arn:') || !hookTargetArn.includes(':lambda:'))
    throw invalidParameter('hookTargetArn of a lifecycle hook must be the ARN of a Lambda function.');
  if (!roleArn?.startsWith('arn:')) throw invalidParameter('roleArn must be specified in a lifecycle hook.');
}

function timeout({ timeoutConfiguration = {} }: DeploymentLifecycleHook, longest: number) {
  const { timeoutInMinutes = 1440, action = 'ROLLBACK' } = timeoutConfiguration;
  if (timeoutInMinutes < 1 || timeoutInMinutes > longest)
    throw invalidParameter(`timeoutInMinutes of a lifecycle hook must be between 1 and ${longest}.`);
  return { timeoutInMinutes, action };
}
