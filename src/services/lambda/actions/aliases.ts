import type {
  AliasConfiguration,
  CreateAliasCommand,
  DeleteAliasCommand,
  GetAliasCommand,
  ListAliasesCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import { requireAliasTarget, requireRouting } from '../alias-targets.ts';
import type { LambdaTools } from '../deps.ts';
import { conflict, refuseOtherRevision, resourceNotFound } from '../faults.ts';
import { functionArn, readFunctionName } from '../function-name.ts';
import { pageOf } from '../paging.ts';
import { aliasesIn, eventConfigsIn, policiesIn, qualifiedId, requireFunction, type AliasRecord } from '../records.ts';

export const createAlias =
  ({ store }: LambdaTools): Action<typeof CreateAliasCommand> =>
  async (input, ctx) => {
    const { Name: name, FunctionVersion: version, RoutingConfig: routing } = input;
    const named = readFunctionName(input.FunctionName, ctx);
    const arn = aliasArn(ctx, named.name, name);
    const created = await store.transaction(async (tx) => {
      const latest = await requireFunction(tx, ctx, named);
      if (await aliasesIn(tx).get(ctx, qualifiedId(latest.name, name))) throw conflict(`Alias already exists: ${arn}`);
      await requireAliasTarget(tx, ctx, latest, version);
      const additional = await requireRouting(tx, ctx, latest, version, routing);
      const record: AliasRecord = {
        name,
        functionName: latest.name,
        arn,
        version,
        description: input.Description ?? '',
        ...(additional && { additional }),
        revisionId: newId.uuid(),
      };
      await aliasesIn(tx).insert(ctx, qualifiedId(latest.name, name), record, { parent: latest.name });
      return record;
    });
    return shownAlias(created);
  };

/** What is not given stays; an empty routing sends everything to the alias's own version. */
export const updateAlias =
  ({ store }: LambdaTools): Action<typeof UpdateAliasCommand> =>
  async (input, ctx) => {
    const named = readFunctionName(input.FunctionName, ctx);
    const updated = await store.transaction(async (tx) => {
      const latest = await requireFunction(tx, ctx, named);
      const id = qualifiedId(latest.name, input.Name);
      const current = await aliasesIn(tx).get(ctx, id);
      if (!current) throw resourceNotFound(`Alias not found: ${aliasArn(ctx, latest.name, input.Name)}`);
      refuseOtherRevision(current, input.RevisionId);
      const version = input.FunctionVersion ?? current.version;
      await requireAliasTarget(tx, ctx, latest, version);
      const routing = input.RoutingConfig ?? shownRouting(current).RoutingConfig;
      const additional = await requireRouting(tx, ctx, latest, version, routing);
      const { additional: _, ...rest } = current;
      const description = input.Description ?? current.description;
      const next = { ...rest, version, description, ...(additional && { additional }), revisionId: newId.uuid() };
      await aliasesIn(tx).put(ctx, id, next);
      return next;
    });
    return shownAlias(updated);
  };

export const getAlias =
  ({ store }: LambdaTools): Action<typeof GetAliasCommand> =>
  async (input, ctx) => {
    const { name } = await requireFunction(store, ctx, readFunctionName(input.FunctionName, ctx));
    const alias = await aliasesIn(store).get(ctx, qualifiedId(name, input.Name));
    if (!alias) throw resourceNotFound(`Cannot find alias arn: ${aliasArn(ctx, name, input.Name)}`);
    return shownAlias(alias);
  };

/** With a version, only those that send to it. */
export const listAliases =
  ({ store }: LambdaTools): Action<typeof ListAliasesCommand> =>
  async (input, ctx) => {
    const latest = await requireFunction(store, ctx, readFunctionName(input.FunctionName, ctx));
    const version = input.FunctionVersion;
    const all = (await aliasesIn(store).list(ctx, latest.name)).filter(
      (alias) => version === undefined || alias.version === version || alias.additional?.version === version,
    );
    const { items, ...more } = pageOf(all, ({ name }) => name, input);
    return { Aliases: items.map(shownAlias), ...more };
  };

/** Deleting one that is not there is no error, as on AWS. */
export const deleteAlias =
  ({ store }: LambdaTools): Action<typeof DeleteAliasCommand> =>
  async (input, ctx) => {
    const named = readFunctionName(input.FunctionName, ctx);
    await store.transaction(async (tx) => {
      const id = qualifiedId((await requireFunction(tx, ctx, named)).name, input.Name);
      for (const records of [aliasesIn(tx), policiesIn(tx), eventConfigsIn(tx)]) await records.remove(ctx, id);
    });
  };

const aliasArn = (scope: Scope, functionName: string, name: string): string =>
  `${functionArn(scope, functionName)}:${name}`;

const shownAlias = (alias: AliasRecord): AliasConfiguration => ({
  AliasArn: alias.arn,
  Name: alias.name,
  FunctionVersion: alias.version,
  Description: alias.description,
  ...shownRouting(alias),
  RevisionId: alias.revisionId,
});

const shownRouting = ({ additional }: AliasRecord): Pick<AliasConfiguration, 'RoutingConfig'> =>
  additional ? { RoutingConfig: { AdditionalVersionWeights: { [additional.version]: additional.weight } } } : {};
