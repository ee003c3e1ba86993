import type { PutDashboardCommand } from '@aws-sdk/client-cloudwatch';
import type { Action } from '../../../../wire/types.ts';
import { bodyFaults } from '../body-faults.ts';
import type { DashboardDeps } from '../deps.ts';
import { invalidBody, invalidInput } from '../faults.ts';
import { dashboardsIn, everywhere } from '../records.ts';

const LONGEST_NAME = 255;

export const putDashboard =
  ({ store, clock }: DashboardDeps): Action<typeof PutDashboardCommand> =>
  async ({ DashboardName: name, DashboardBody: body }, ctx) => {
    if (name.length > LONGEST_NAME || !/^[A-Za-z0-9_-]+$/.test(name))
      throw await invalidInput(
        `The value ${name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).`,
      );
    const faults = bodyFaults(body);
    if (faults.length > 0) throw await invalidBody(faults);
    await dashboardsIn(store).put(everywhere(ctx), name, { name, body, modifiedAt: clock.now().getTime() });
    return { DashboardValidationMessages: [] };
  };
