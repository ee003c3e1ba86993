import type { Deployment, DeploymentStatus } from '../engine/deployment.ts';
import type { MetricDatum } from '../kernel/metrics.ts';

export const DEPLOYMENT_NAMESPACE = 'Teal/CodeDeploy';

/** Statuses that are counted, by the metric that counts them. */
const COUNTED: Readonly<Partial<Record<DeploymentStatus, string>>> = {
  InProgress: 'DeploymentsStarted',
  Succeeded: 'DeploymentsSucceeded',
  Failed: 'DeploymentsFailed',
  Stopped: 'DeploymentsStopped',
};

/**
 * The metrics of one change of a deployment's status, for its group and for all together. AWS publishes none of these.
 * Spans are real, and stamps are the deployment's own: telling the same twice adds to the same moment.
 */
export function deploymentData(deployment: Deployment, status: DeploymentStatus): MetricDatum[] {
  const counted = COUNTED[status];
  if (!counted) return [];
  const { startedAt, createdAt, finishedAt, applicationName, deploymentGroupName } = deployment;
  const isStart = status === 'InProgress';
  const at = new Date((isStart ? startedAt : finishedAt) ?? createdAt);
  const group = { ApplicationName: applicationName, DeploymentGroupName: deploymentGroupName };
  const one = (name: string, unit: string, value: number, more = {}): MetricDatum[] =>
    [{ ...group, ...more }, more].map((dimensions) => ({ name, dimensions, unit, at, values: [[value, 1]] }));
  return [
    ...one(counted, 'Count', 1),
    ...(isStart && deployment.creator === 'codeDeployRollback' ? one('Rollbacks', 'Count', 1) : []),
    ...(!isStart && finishedAt !== undefined
      ? one('DeploymentDuration', 'Seconds', (finishedAt - (startedAt ?? createdAt)) / 1000)
      : []),
    ...(isStart ? [] : eventSpans(deployment)).flatMap(([LifecycleEvent, seconds]) =>
      one('LifecycleEventDuration', 'Seconds', seconds, { LifecycleEvent }),
    ),
  ];
}

/** In seconds, of the lifecycle events that began and ended. */
const eventSpans = ({ progress }: Deployment): (readonly [name: string, seconds: number])[] =>
  progress.events.flatMap(({ name, startedAt, finishedAt }) =>
    startedAt === undefined || finishedAt === undefined ? [] : [[name, (finishedAt - startedAt) / 1000] as const],
  );
