import { minutes } from '../kernel/span.ts';
import { isTransient } from './decide/faults.ts';
import type { Deployment, News } from './deployment.ts';
import { PortError } from './ports.ts';
import type { TurnDeps } from './turn.ts';

/** Real: then nobody waits for it any more. */
const TOO_OLD = minutes(60);

/**
 * What there is to tell once one record has become another. A deployment that is let on has started before, and one
 * that is only created is told of when it begins.
 */
export function newsOf(before: Deployment, after: Deployment, now: number): Pick<Deployment, 'news'> {
  const isNews = before.status !== after.status && !(before.status === 'Ready' && after.status === 'InProgress');
  return isNews ? { news: [...(after.news ?? []), { status: after.status, at: now }] } : {};
}

/** Tells what is to be told, and then records that it was. @returns whether nothing is left */
export async function tellNews(deps: TurnDeps, deployment: Deployment): Promise<boolean> {
  const { scope, id, news = [] } = deployment;
  for (const one of news) {
    if (!(await tell(deps, deployment, one))) return false;
    deps.checkpoint('engine.notice.performed');
    await deps.ports.deployments.change(scope, id, (current) => ({ deployment: withoutFirstNews(current) }));
  }
  return true;
}

function withoutFirstNews({ news: [, ...rest] = [], ...deployment }: Deployment): Deployment {
  return rest.length === 0 ? deployment : { ...deployment, news: rest };
}

/** @returns whether it was told, or never will be */
async function tell(
  { ports, clock, logger }: TurnDeps,
  deployment: Deployment,
  { status, at }: News,
): Promise<boolean> {
  try {
    await ports.notices.statusChanged(deployment, status);
    return true;
  } catch (cause) {
    const isYoung = clock.now().getTime() - at < TOO_OLD;
    if (cause instanceof PortError && isTransient(cause) && isYoung) return false;
    logger.warn('a notice was given up', { deploymentId: deployment.id, status, cause });
    return true;
  }
}
