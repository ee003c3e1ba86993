import type { GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import type { Action } from '../../../../wire/types.ts';
import type { DashboardDeps } from '../deps.ts';
import { noSuchDashboard } from '../faults.ts';
import { arnOf, dashboardsIn, everywhere } from '../records.ts';

export const getDashboard =
  ({ store }: DashboardDeps): Action<typeof GetDashboardCommand> =>
  async ({ DashboardName: name }, ctx) => {
    const found = await dashboardsIn(store).get(everywhere(ctx), name);
    if (!found) throw await noSuchDashboard([name]);
    return { DashboardArn: arnOf(ctx, name), DashboardBody: found.body, DashboardName: name };
  };
