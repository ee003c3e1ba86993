import { type Notices, PortError } from '../engine/ports.ts';
import type { PublishDurably } from '../kernel/metrics.ts';
import { DEPLOYMENT_NAMESPACE, deploymentData } from './deployment-data.ts';

/**
 * Publishes metrics of deployments before their notices are told. They are stored when the notice is cleared, so a crash
 * loses none; one between the two counts a change twice.
 */
export function measuredNotices(notices: Notices, publish: PublishDurably): Notices {
  /** What is in the metrics already, and is told again because a topic did not answer. */
  const published = new Set<string>();
  return {
    async statusChanged(deployment, status) {
      const { scope } = deployment;
      const key = [scope.account, scope.region, deployment.id, status].join('/');
      const data = published.has(key) ? [] : deploymentData(deployment, status);
      if (data.length > 0) {
        await publish(scope, DEPLOYMENT_NAMESPACE, data).catch((cause: unknown) => {
          throw new PortError('unavailable', 'the metrics of a deployment could not be stored', { cause });
        });
        published.add(key);
      }
      await notices.statusChanged(deployment, status);
      published.delete(key);
    },
  };
}
