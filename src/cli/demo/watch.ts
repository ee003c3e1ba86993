import { GetDeploymentCommand, GetDeploymentTargetCommand, type ECSTarget } from '@aws-sdk/client-codedeploy';
import type { DemoClients } from './clients.ts';
import { ACCOUNT, REGION } from './clients.ts';
import { NAMES } from './stack.ts';

/** One look at a deployment. */
export interface Look {
  readonly deploymentId: string;
  readonly status: string;
  readonly error?: string;
  readonly rollbackId?: string;
  readonly events: readonly { readonly name: string; readonly status: string; readonly took?: number }[];
  /** Production's wanted share of the replacement, 0 to 100. */
  readonly wanted: number;
  /** What it waits for now, and for how many more real milliseconds at the most. */
  readonly wait?: { readonly detail: string; readonly left?: number };
}

/** Looks at a deployment through CodeDeploy's API, and at its wait through Teal's own. */
export async function lookAt(clients: DemoClients, endpoint: string, deploymentId: string, now: number): Promise<Look> {
  const { deploymentInfo } = await clients.codedeploy.send(new GetDeploymentCommand({ deploymentId }));
  const target = await ecsTarget(clients, deploymentId);
  const wait = await currentWait(endpoint, deploymentId);
  const green = target?.taskSetsInfo?.find((set) => set.taskSetLabel === 'Green');
  return {
    deploymentId,
    status: deploymentInfo?.status ?? 'Created',
    ...(deploymentInfo?.errorInformation?.message ? { error: deploymentInfo.errorInformation.message } : {}),
    ...(deploymentInfo?.rollbackInfo?.rollbackDeploymentId
      ? { rollbackId: deploymentInfo.rollbackInfo.rollbackDeploymentId }
      : {}),
    events: (target?.lifecycleEvents ?? []).map((event) => ({
      name: event.lifecycleEventName ?? '',
      status: event.status ?? 'Pending',
      ...(event.startTime && event.endTime ? { took: event.endTime.getTime() - event.startTime.getTime() } : {}),
    })),
    wanted: green?.trafficWeight ?? 0,
    ...(wait
      ? { wait: { detail: wait.detail, ...(wait.until === undefined ? {} : { left: Math.max(0, wait.until - now) }) } }
      : {}),
  };
}

async function ecsTarget(clients: DemoClients, deploymentId: string): Promise<ECSTarget | undefined> {
  try {
    const targetId = `${NAMES.cluster}:${NAMES.service}`;
    const { deploymentTarget } = await clients.codedeploy.send(
      new GetDeploymentTargetCommand({ deploymentId, targetId }),
    );
    return deploymentTarget?.ecsTarget;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'DeploymentNotStartedException') return undefined;
    throw cause;
  }
}

async function currentWait(
  endpoint: string,
  deploymentId: string,
): Promise<{ detail: string; until?: number } | undefined> {
  const answer = await fetch(`${endpoint}/_teal/deployments/${deploymentId}?account=${ACCOUNT}&region=${REGION}`);
  const { wait } = (await answer.json()) as { wait?: { detail: string; until?: number } };
  return wait;
}
