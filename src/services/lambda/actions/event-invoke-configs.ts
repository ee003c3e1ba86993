import type {
  DeleteFunctionEventInvokeConfigCommand,
  FunctionEventInvokeConfig,
  GetFunctionEventInvokeConfigCommand,
  ListFunctionEventInvokeConfigsCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { checkDestinations, withEventSettings } from '../event-config.ts';
import { invalidParameter, resourceNotFound } from '../faults.ts';
import { readFunctionName, type FunctionName } from '../function-name.ts';
import { pageOf } from '../paging.ts';
import { findQualified } from '../qualified.ts';
import { eventConfigsIn, LATEST, qualifiedId, type EventConfigRecord } from '../records.ts';

/** Replaces what was there. */
export const putFunctionEventInvokeConfig =
  ({ store, clock }: LambdaTools): Action<typeof PutFunctionEventInvokeConfigCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    refuseNothing(input);
    const now = clock.now().getTime();
    const kept = await store.transaction(async (tx) => {
      const fresh = { ...(await requirePlace(tx, ctx, name)), lastModifiedAt: now };
      await checkDestinations(tx, ctx, name.name, input.DestinationConfig);
      const record = withEventSettings(fresh, input);
      await eventConfigsIn(tx).put(ctx, idOf(record), record, { parent: record.functionName });
      return record;
    });
    return shownConfig(kept);
  };

/** What is not given stays. */
export const updateFunctionEventInvokeConfig =
  ({ store, clock }: LambdaTools): Action<typeof UpdateFunctionEventInvokeConfigCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    refuseNothing(input);
    const lastModifiedAt = clock.now().getTime();
    const kept = await store.transaction(async (tx) => {
      const place = await requirePlace(tx, ctx, name);
      await checkDestinations(tx, ctx, name.name, input.DestinationConfig);
      const changed = await eventConfigsIn(tx).change(ctx, idOf(place), (current) =>
        withEventSettings({ ...current, lastModifiedAt }, input),
      );
      if (!changed) throw noConfig(place.arn);
      return changed;
    });
    return shownConfig(kept);
  };

export const getFunctionEventInvokeConfig =
  ({ store }: LambdaTools): Action<typeof GetFunctionEventInvokeConfigCommand> =>
  async (input, ctx) => {
    const { name, arn, qualifier = LATEST } = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    const found = await eventConfigsIn(store).get(ctx, qualifiedId(name, qualifier));
    if (!found) throw noConfig(withQualifier(arn, qualifier));
    return shownConfig(found);
  };

export const listFunctionEventInvokeConfigs =
  ({ store }: LambdaTools): Action<typeof ListFunctionEventInvokeConfigsCommand> =>
  async (input, ctx) => {
    const { account, name } = readFunctionName(input.FunctionName, ctx);
    if (!(await findQualified(store, ctx, { account, name, qualifier: undefined }))) throw noFunction();
    const all = await eventConfigsIn(store).list(ctx, name);
    const { items, ...more } = pageOf(all, ({ qualifier }) => qualifier, input);
    return { FunctionEventInvokeConfigs: items.map(shownConfig), ...more };
  };

export const deleteFunctionEventInvokeConfig =
  ({ store }: LambdaTools): Action<typeof DeleteFunctionEventInvokeConfigCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    const place = await requirePlace(store, ctx, name);
    if (!(await eventConfigsIn(store).remove(ctx, idOf(place)))) throw noConfig(place.arn);
  };

type Place = Pick<EventConfigRecord, 'functionName' | 'qualifier' | 'arn'>;

/** @throws ResourceNotFoundException when there is no such function, version or alias */
async function requirePlace(tx: Transaction, scope: Scope, name: FunctionName): Promise<Place> {
  if (!(await findQualified(tx, scope, name))) throw noFunction();
  const { qualifier = LATEST } = name;
  return { functionName: name.name, qualifier, arn: withQualifier(name.arn, qualifier) };
}

const withQualifier = (arn: string, qualifier: string): string =>
  arn.endsWith(`:${qualifier}`) ? arn : `${arn}:${qualifier}`;

const idOf = ({ functionName, qualifier }: Place): string => qualifiedId(functionName, qualifier);

function refuseNothing({
  MaximumRetryAttempts: attempts,
  MaximumEventAgeInSeconds: age,
  DestinationConfig: destinations,
}: Pick<FunctionEventInvokeConfig, 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | 'DestinationConfig'>): void {
  if (attempts !== undefined || age !== undefined || destinations !== undefined) return;
  throw invalidParameter('You must specify at least one of error handling or destination setting.');
}

const noFunction = () => resourceNotFound("The function doesn't exist.");
const noConfig = (arn: string) => resourceNotFound(`The function ${arn} doesn't have an EventInvokeConfig`);

const shownConfig = (config: EventConfigRecord): FunctionEventInvokeConfig => ({
  LastModified: new Date(config.lastModifiedAt),
  FunctionArn: config.arn,
  ...(config.maximumRetryAttempts !== undefined && { MaximumRetryAttempts: config.maximumRetryAttempts }),
  ...(config.maximumEventAge !== undefined && { MaximumEventAgeInSeconds: config.maximumEventAge }),
  DestinationConfig: {
    OnSuccess: config.onSuccess === undefined ? {} : { Destination: config.onSuccess },
    OnFailure: config.onFailure === undefined ? {} : { Destination: config.onFailure },
  },
});
