import { isTerminal } from '../../engine/deployment.ts';
import type { Deployments } from '../../engine/ports.ts';
import { gauge, type Readings } from '../../kernel/readings.ts';

/** Tells Prometheus of the deployments that have not ended. */
export const deploymentReadings =
  (deployments: Pick<Deployments, 'active'>): Readings =>
  async () => {
    const counts = new Map<string, { readonly labels: Record<string, string>; value: number }>();
    for (const { scope, applicationName, deploymentGroupName, status } of await deployments.active()) {
      if (isTerminal(status)) continue;
      const { account, region } = scope;
      const labels = {
        account,
        region,
        application: applicationName,
        deployment_group: deploymentGroupName,
        status: status.toLowerCase(),
      };
      const key = Object.values(labels).join('\n');
      const found = counts.get(key);
      if (found) found.value += 1;
      else counts.set(key, { labels, value: 1 });
    }
    const samples = [...counts.values()];
    const total = samples.reduce((sum, { value }) => sum + value, 0);
    return [
      gauge('teal_active_deployments', 'Deployments that have not ended.', [{ labels: {}, value: total }]),
      gauge('teal_codedeploy_deployments_in_flight', 'Deployments that have not ended, by status.', samples),
    ];
  };
