import type { MetricDatum } from '../kernel/metrics.ts';
import type { Family } from '../kernel/readings.ts';
import type { Scope } from '../kernel/scope.ts';
import { Histogram } from './histogram.ts';
import { Tally } from './tally.ts';

const NAMESPACE = 'Teal/CodeDeploy';
const SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 172_800];

/** Counts deployments as they are published to CloudWatch, since this process started. */
export class DeploymentCounts {
  readonly #deployments = new Tally(
    'teal_codedeploy_deployments_total',
    'Deployments that have started, succeeded, failed or were stopped.',
  );
  readonly #rollbacks = new Tally('teal_codedeploy_rollbacks_total', 'Deployments that undo another and have started.');
  readonly #durations = new Histogram(
    'teal_codedeploy_deployment_duration_seconds',
    'Real time from the start of a deployment to its end.',
    SECONDS,
  );
  readonly #events = new Histogram(
    'teal_codedeploy_lifecycle_event_duration_seconds',
    'Real time that a lifecycle event took.',
    SECONDS,
  );

  add({ account, region }: Scope, namespace: string, data: readonly MetricDatum[]): void {
    if (namespace !== NAMESPACE) return;
    for (const { name, dimensions, values } of data) {
      const { ApplicationName: application, DeploymentGroupName: group, LifecycleEvent: event } = dimensions;
      // Those without dimensions are the same once more.
      if (application === undefined || group === undefined) continue;
      const labels = { account, region, application, deployment_group: group };
      for (const [value] of values) {
        const status = /^Deployments(.+)$/.exec(name)?.[1];
        if (status) this.#deployments.add({ ...labels, status: status.toLowerCase() }, value);
        if (name === 'Rollbacks') this.#rollbacks.add(labels, value);
        if (name === 'DeploymentDuration') this.#durations.add(labels, value);
        if (name === 'LifecycleEventDuration' && event) this.#events.add({ event }, value);
      }
    }
  }

  families = (): Family[] => [
    this.#deployments.family(),
    this.#rollbacks.family(),
    this.#durations.family(),
    this.#events.family(),
  ];
}
