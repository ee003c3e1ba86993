import type { ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import type { Action } from '../../../../wire/types.ts';
import { page } from '../../alarms/paging.ts';
import type { DashboardDeps } from '../deps.ts';
import { arnOf, dashboardsIn, everywhere } from '../records.ts';

/** Source: API Reference, ListDashboards. */
const PAGE = 1000;

export const listDashboards =
  ({ store }: DashboardDeps): Action<typeof ListDashboardsCommand> =>
  async ({ DashboardNamePrefix: prefix = '', NextToken }, ctx) => {
    const all = await dashboardsIn(store).list(everywhere(ctx));
    const asked = all.filter(({ name }) => name.startsWith(prefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
    const { shown, nextToken } = page(asked, ({ name }) => name, { NextToken }, PAGE);
    return {
      DashboardEntries: shown.map(({ name, body, modifiedAt }) => ({
        DashboardName: name,
        DashboardArn: arnOf(ctx, name),
        LastModified: new Date(modifiedAt),
        Size: Buffer.byteLength(body),
      })),
      NextToken: nextToken,
    };
  };
