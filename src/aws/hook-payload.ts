import type { HookCall } from '../engine/ports.ts';

/** What a hook is told: exactly these two. Source: spec/codedeploy-ecs §10. */
export const hookPayload = ({ deploymentId, executionId }: HookCall): string =>
  JSON.stringify({ DeploymentId: deploymentId, LifecycleEventHookExecutionId: executionId });
