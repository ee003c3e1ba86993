import type { Act } from '../decide/decision.ts';
import type { Deployment } from '../deployment.ts';
import type { HookCalls } from '../hook-calls.ts';
import type { HookAccepted, Ports } from '../ports.ts';
import { createTaskSet } from './create-task-set.ts';
import { invokeHook } from './invoke-hook.ts';
import { makePrimary } from './make-primary.ts';
import { enterHook } from './enter-hook.ts';
import { prepareTraffic } from './prepare-traffic.ts';
import { reconcile } from './reconcile.ts';
import { reinstateOriginal } from './reinstate-original.ts';
import { removeReplacement } from './remove-replacement.ts';
import { restoreProduction } from './restore-production.ts';
import { restoreTest } from './restore-test.ts';
import { shiftProduction } from './shift-production.ts';
import { shiftTest } from './shift-test.ts';
import { terminateOriginal } from './terminate-original.ts';

/** What an act taught. */
export interface Outcome {
  readonly taskSetArn?: string;
  /** ARNs of the routes that carry the deployment's production traffic. */
  readonly routes?: readonly string[];
  /** What accepted the call of a hook. */
  readonly accepted?: HookAccepted;
}

/**
 * Does in the world what was decided and recorded; doing it twice is doing it once.
 *
 * @param signal - ends what takes long; it is performed again at the next start
 * @throws {PortError} when the world refuses
 */
export function perform(
  ports: Ports,
  deployment: Deployment,
  act: Act,
  { calls, signal }: { readonly calls: HookCalls; readonly signal: AbortSignal },
): Promise<Outcome> {
  switch (act.do) {
    case 'invokeHook':
      return invokeHook(ports, deployment, signal);
    case 'prepareTraffic':
      return prepareTraffic(ports, deployment);
    case 'createTaskSet':
      return createTaskSet(ports, deployment, act.leftovers);
    case 'shiftTest':
      return shiftTest(ports, deployment);
    case 'shift':
      return shiftProduction(ports, deployment, act.share);
    case 'makePrimary':
      return makePrimary(ports, deployment);
    case 'terminateOriginal':
      return terminateOriginal(ports, deployment);
    case 'restoreProduction':
      return restoreProduction(ports, deployment);
    case 'restoreTest':
      return restoreTest(ports, deployment);
    case 'reinstateOriginal':
      return reinstateOriginal(ports, deployment);
    case 'removeReplacement':
      return removeReplacement(ports, deployment, act.taskSetArn);
    case 'reconcile':
      return reconcile(ports, deployment, act.leftovers);
    case 'enterHook':
      return enterHook(calls, deployment);
  }
}
