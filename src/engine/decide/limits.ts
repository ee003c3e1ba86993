import { minutes } from '../../kernel/span.ts';
import type { Deployment, Instant } from '../deployment.ts';
import type { Ending } from './decision.ts';
import { error, fail } from './endings.ts';
import type { Scaled } from './scaled.ts';

/** Configured limits. Source: spec/codedeploy-ecs §9.4. */
export const HOOK_LIMIT = minutes(60);
export const INSTALL_LIMIT = minutes(60);
export const UNSTEADY_LIMIT = minutes(5);

/** When Install must be over at the latest; `undefined` outside Install. */
export function installDeadline(deployment: Deployment, scaled: Scaled): Instant | undefined {
  const install = deployment.progress.events.find((event) => event.name === 'Install' && event.status === 'InProgress');
  return install?.startedAt === undefined ? undefined : install.startedAt + scaled(INSTALL_LIMIT);
}

/** The end of a deployment whose replacement did not become healthy in time; it holds also while nothing answers. */
export function decideByInstallLimit(deployment: Deployment, now: Instant, scaled: Scaled): Ending | undefined {
  const deadline = installDeadline(deployment, scaled);
  if (deadline === undefined || now < deadline) return undefined;
  const message =
    'The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.';
  return fail(deployment, error('TIMEOUT', message));
}
