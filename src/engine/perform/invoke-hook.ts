import type { Deployment } from '../deployment.ts';
import { currentStep, planOf } from '../plan/plan-state.ts';
import type { Ports } from '../ports.ts';
import type { Outcome } from './perform.ts';

/** Invokes the hook of the current step under the execution that was recorded for it. */
export async function invokeHook(ports: Ports, deployment: Deployment, signal: AbortSignal): Promise<Outcome> {
  const step = currentStep(planOf(deployment));
  const execution = deployment.progress.hooks.find((hook) => hook.event === step?.event);
  if (!execution) throw new Error(`deployment ${deployment.id} invokes a hook that was not recorded`);
  const call = { target: execution.functionName, deploymentId: deployment.id, executionId: execution.id };
  return { accepted: await ports.hooks.invoke(deployment.scope, call, signal) };
}
