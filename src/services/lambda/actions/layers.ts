import type {
  DeleteLayerVersionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionResponse,
  LayerVersionsListItem,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import { requireZip } from '../checks.ts';
import { shownSha256 } from '../code-store.ts';
import type { LambdaTools } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import {
  addLayerVersion,
  findLayerVersion,
  layerArn,
  layerNotFound,
  layerVersionsIn,
  readLayerName,
  removeLayerVersion,
  type LayerVersionRecord,
} from '../layers.ts';
import { pageOf } from '../paging.ts';

export const publishLayerVersion =
  (tools: LambdaTools): Action<typeof PublishLayerVersionCommand> =>
  async (input, ctx) => {
    const { name } = readLayerName(input.LayerName, ctx);
    const code = await tools.code.keep(requireZip(input.Content));
    const made = {
      name,
      description: input.Description ?? '',
      code,
      ...(input.CompatibleArchitectures ? { architectures: input.CompatibleArchitectures } : {}),
      ...(input.CompatibleRuntimes ? { runtimes: input.CompatibleRuntimes } : {}),
      ...(input.LicenseInfo === undefined ? {} : { license: input.LicenseInfo }),
      createdAt: tools.clock.now().getTime(),
    };
    return shown(tools, ctx, await tools.store.transaction((tx) => addLayerVersion(tx, ctx, made)));
  };

export const getLayerVersion =
  (tools: LambdaTools): Action<typeof GetLayerVersionCommand> =>
  async (input, ctx) => {
    const { name } = readLayerName(input.LayerName, ctx);
    const found = await findLayerVersion(tools.store, ctx, name, input.VersionNumber);
    if (!found) throw layerNotFound();
    return shown(tools, ctx, found);
  };

export const getLayerVersionByArn =
  (tools: LambdaTools): Action<typeof GetLayerVersionByArnCommand> =>
  async (input, ctx) => {
    const { name, version } = readLayerName(input.Arn, ctx);
    if (version === undefined) throw invalidParameter(`Layer version ARN expected, found: ${input.Arn}`);
    const found = await findLayerVersion(tools.store, ctx, name, version);
    if (!found) throw layerNotFound();
    return shown(tools, ctx, found);
  };

/** Deleting what is not there is no error. Functions that use the version keep it. */
export const deleteLayerVersion =
  ({ store }: LambdaTools): Action<typeof DeleteLayerVersionCommand> =>
  async (input, ctx) => {
    const { name } = readLayerName(input.LayerName, ctx);
    await removeLayerVersion(store, ctx, name, input.VersionNumber);
  };

/** The newest first. */
export const listLayerVersions =
  ({ store }: LambdaTools): Action<typeof ListLayerVersionsCommand> =>
  async (input, ctx) => {
    const { name } = readLayerName(input.LayerName, ctx);
    const all = (await layerVersionsIn(store).list(ctx, name)).filter((record) => fits(record, input));
    const { items, ...more } = pageOf(all, newestFirst, input);
    return { LayerVersions: items.map((record) => listed(ctx, record)), ...more };
  };

/** Each layer with the newest of its versions that fit. */
export const listLayers =
  ({ store }: LambdaTools): Action<typeof ListLayersCommand> =>
  async (input, ctx) => {
    const newest = new Map<string, LayerVersionRecord>();
    for (const record of await layerVersionsIn(store).list(ctx)) {
      if (fits(record, input) && record.version > (newest.get(record.name)?.version ?? 0)) {
        newest.set(record.name, record);
      }
    }
    const { items, ...more } = pageOf([...newest.values()], ({ name }) => name, input);
    const layers = items.map((record) => ({
      LayerName: record.name,
      LayerArn: layerArn(ctx, record.name),
      LatestMatchingVersion: listed(ctx, record),
    }));
    return { Layers: layers, ...more };
  };

interface Wished {
  readonly CompatibleRuntime?: string | undefined;
  readonly CompatibleArchitecture?: string | undefined;
}

const fits = ({ runtimes, architectures }: LayerVersionRecord, wished: Wished): boolean =>
  (wished.CompatibleRuntime === undefined || (runtimes ?? []).some((one) => one === wished.CompatibleRuntime)) &&
  (wished.CompatibleArchitecture === undefined ||
    (architectures ?? []).some((one) => one === wished.CompatibleArchitecture));

const newestFirst = ({ version }: LayerVersionRecord): string => String(1e12 - version);

const shown = (
  { code }: Pick<LambdaTools, 'code'>,
  scope: Scope,
  record: LayerVersionRecord,
): GetLayerVersionResponse => ({
  ...listed(scope, record),
  LayerArn: layerArn(scope, record.name),
  Content: {
    Location: code.locationOf(record.code.id),
    CodeSha256: shownSha256(record.code.id),
    CodeSize: record.code.size,
  },
});

const listed = (scope: Scope, record: LayerVersionRecord): LayerVersionsListItem => ({
  LayerVersionArn: `${layerArn(scope, record.name)}:${record.version}`,
  Version: record.version,
  Description: record.description,
  CreatedDate: new Date(record.createdAt).toISOString().replace('Z', '+0000'),
  ...(record.runtimes && { CompatibleRuntimes: [...record.runtimes] }),
  ...(record.architectures && { CompatibleArchitectures: [...record.architectures] }),
  ...(record.license === undefined ? {} : { LicenseInfo: record.license }),
});
