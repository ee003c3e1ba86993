import { type Deployment, isTerminal } from '../../engine/deployment.ts';
import type { Deployments } from '../../engine/ports.ts';
import type { Store, Transaction } from '../../store/store.ts';
import { activeDeployments, deployments } from './look-ups.ts';

/** Keeps the engine's deployments where CodeDeploy's actions read them. */
export function createDeploymentsPort(store: Store): Deployments {
  return {
    get: (scope, id) => deployments(store).get(scope, id),
    async active() {
      const ids = await activeDeployments(store).everywhere();
      const kept = await Promise.all(ids.map(({ scope, id }) => deployments(store).get(scope, id)));
      return kept.filter((deployment) => deployment !== undefined);
    },
    change: (scope, id, change) =>
      store.transaction(async (tx) => {
        const records = deployments(tx);
        const current = await records.get(scope, id);
        if (current === undefined) return undefined;
        const next = change(current);
        if (next === undefined) return current;
        await records.put(scope, id, next.deployment);
        if (isTerminal(next.deployment.status) && !next.deployment.news) await activeDeployments(tx).remove(scope, id);
        if (next.also) await insertBeside(tx, next.also);
        return next.deployment;
      }),
  };
}

async function insertBeside(tx: Transaction, also: Deployment): Promise<void> {
  await deployments(tx).put(also.scope, also.id, also, { parent: also.deploymentGroupId });
  await activeDeployments(tx).put(also.scope, also.id, true);
}

/** A group's deployments, oldest first, and what GetDeploymentGroup says of them. */
export interface History {
  readonly active: Deployment | undefined;
  readonly lastAttempted: Deployment | undefined;
  readonly lastSuccessful: Deployment | undefined;
}

export const historyOf = (ofGroup: readonly Deployment[]): History => ({
  active: ofGroup.find((deployment) => !isTerminal(deployment.status)),
  lastAttempted: ofGroup.at(-1),
  lastSuccessful: ofGroup.findLast((deployment) => deployment.status === 'Succeeded'),
});
