import type { Deployment } from '../deployment.ts';
import type { HookCalls } from '../hook-calls.ts';
import { currentRun } from '../stage-hooks.ts';
import type { Outcome } from './perform.ts';

/** Begins to call the function of the current step's hook; a pause needs nothing but its record. */
export async function enterHook(calls: HookCalls, deployment: Deployment): Promise<Outcome> {
  const run = currentRun(deployment);
  if (!run) throw new Error(`deployment ${deployment.id} enters a hook that was not recorded`);
  if (run.hook.kind === 'AWS_LAMBDA') calls.begin(deployment, run);
  return {};
}
