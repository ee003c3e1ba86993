import type { DeleteDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import type { Action } from '../../../../wire/types.ts';
import type { DashboardDeps } from '../deps.ts';
import { noSuchDashboard } from '../faults.ts';
import { dashboardsIn, everywhere } from '../records.ts';

/** All of them, or none when one is not there. */
export const deleteDashboards =
  ({ store }: DashboardDeps): Action<typeof DeleteDashboardsCommand> =>
  async ({ DashboardNames: names }, ctx) => {
    await store.transaction(async (tx) => {
      const missing: string[] = [];
      for (const name of new Set(names))
        if (!(await dashboardsIn(tx).remove(everywhere(ctx), name))) missing.push(name);
      if (missing.length > 0) throw await noSuchDashboard(missing);
    });
    return {};
  };
