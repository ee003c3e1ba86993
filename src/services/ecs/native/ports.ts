import type { Ports } from '../../../engine/ports.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Store } from '../../../store/store.ts';
import { createDeploymentsPort } from './deployments-port.ts';
import { createTaskSetsPort } from './task-sets-port.ts';

/**
 * The engine's ports that are ECS itself: its deployments and the revisions of its services. Its event bus hears of
 * deployments from the loop, as of rolling ones.
 */
export const ecsPorts = (deps: {
  readonly store: Store;
  readonly clock: Clock;
}): Pick<Ports, 'deployments' | 'taskSets' | 'notices'> => ({
  deployments: createDeploymentsPort(deps.store),
  taskSets: createTaskSetsPort(deps),
  notices: { statusChanged: async () => undefined },
});
