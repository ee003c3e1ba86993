import { type Deployment, isTerminal } from '../../../engine/deployment.ts';
import type { Deployments } from '../../../engine/ports.ts';
import type { Store } from '../../../store/store.ts';
import { deploymentRuns } from './deployment-runs.ts';
import { recordProgress } from './record-progress.ts';

/** Keeps the engine's runs, and writes in the same transaction what they mean for services and their deployments. */
export const createDeploymentsPort = (store: Store): Deployments => ({
  get: (scope, id) => deploymentRuns(store).get(scope, id),
  active: async () => (await deploymentRuns(store).everywhere()).map(({ record }) => record),
  change: (scope, id, change) =>
    store.transaction(async (tx) => {
      const current = await deploymentRuns(tx).get(scope, id);
      const next = current && change(current);
      if (!current || !next) return current;
      const { deployment, also } = next;
      await deploymentRuns(tx).put(scope, id, deployment);
      if (isOver(deployment)) await deploymentRuns(tx).remove(scope, id);
      if (also) await deploymentRuns(tx).put(scope, also.id, also, { parent: also.deploymentGroupId });
      await recordProgress(tx, scope, { before: current, after: deployment, rollback: also });
      return deployment;
    }),
});

const isOver = ({ status, news }: Deployment): boolean => isTerminal(status) && !news;
