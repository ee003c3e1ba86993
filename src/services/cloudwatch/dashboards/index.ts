import type * as Sdk from '@aws-sdk/client-cloudwatch';
import type { Actions } from '../../../wire/types.ts';
import { deleteDashboards } from './actions/delete-dashboards.ts';
import { getDashboard } from './actions/get-dashboard.ts';
import { listDashboards } from './actions/list-dashboards.ts';
import { putDashboard } from './actions/put-dashboard.ts';
import type { DashboardDeps } from './deps.ts';

/*
 * Dashboards are kept as they were put, for consoles to draw. Of a body the widgets, their types and places are
 * checked, and what their properties cannot be without; AWS checks more, and warns of metrics that it would not draw.
 */
export const dashboardActions = (deps: DashboardDeps) =>
  ({
    DeleteDashboards: deleteDashboards(deps),
    GetDashboard: getDashboard(deps),
    ListDashboards: listDashboards(deps),
    PutDashboard: putDashboard(deps),
  }) satisfies Actions<typeof Sdk>;
