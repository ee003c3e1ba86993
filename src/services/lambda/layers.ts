import type { Architecture, Runtime } from '@aws-sdk/client-lambda';
import { arn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import { ApiError } from '../../wire/api-error.ts';
import { invalidParameter, resourceNotFound } from './faults.ts';
import type { LayerUse } from './packaging.ts';
import type { CodeRecord } from './records.ts';

/** One version of a layer; nothing of it ever changes. Kept under `NAME:VERSION`, with the layer's name as parent. */
export interface LayerVersionRecord {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly code: CodeRecord;
  readonly architectures?: readonly Architecture[];
  readonly runtimes?: readonly Runtime[];
  readonly license?: string;
  readonly createdAt: number;
}

/** The newest version that a name ever had. Numbers are not used again, so it outlives the versions. */
interface LayerCounter {
  readonly newest: number;
}

/** Source: Lambda quotas. */
const MAX_LAYERS = 5;

export const layerVersionsIn = (tx: Transaction): Records<LayerVersionRecord> => tx.records('lambda_layer_versions');
const countersIn = (tx: Transaction): Records<LayerCounter> => tx.records('lambda_layer_counters');

const idOf = (name: string, version: number): string => `${name}:${version}`;

/** Adds a version under the next number. @param tx - a transaction */
export async function addLayerVersion(
  tx: Transaction,
  scope: Scope,
  made: Omit<LayerVersionRecord, 'version'>,
): Promise<LayerVersionRecord> {
  const { newest } = (await countersIn(tx).get(scope, made.name)) ?? { newest: 0 };
  const record = { ...made, version: newest + 1 };
  await layerVersionsIn(tx).insert(scope, idOf(made.name, record.version), record, { parent: made.name });
  await countersIn(tx).put(scope, made.name, { newest: record.version });
  return record;
}

export const findLayerVersion = (
  tx: Transaction,
  scope: Scope,
  name: string,
  version: number,
): Promise<LayerVersionRecord | undefined> => layerVersionsIn(tx).get(scope, idOf(name, version));

export const removeLayerVersion = (tx: Transaction, scope: Scope, name: string, version: number): Promise<boolean> =>
  layerVersionsIn(tx).remove(scope, idOf(name, version));

export const layerArn = (scope: Scope, name: string): string => arn('lambda', scope, `layer:${name}`);

const LAYER_ARN =
  /^arn:aws[a-zA-Z-]*:lambda:(?<region>[a-z0-9-]+):(?<account>\d{12}):layer:(?<name>[a-zA-Z0-9-_]+)(?::(?<version>\d+))?$/;

interface LayerName {
  readonly name: string;
  readonly version?: number;
}

/**
 * Reads the name or ARN of a layer, or the ARN of one of its versions.
 *
 * @throws InvalidParameterValueException for another region, AccessDeniedException for another account: no layer can be
 * shared
 */
export function readLayerName(text: string, scope: Scope): LayerName {
  const { region, account, name, version } = LAYER_ARN.exec(text)?.groups ?? {};
  if (!name) {
    if (/^[a-zA-Z0-9-_]{1,140}$/.test(text)) return { name: text };
    throw invalidParameter(`Invalid Layer name or ARN: ${text}`);
  }
  if (region !== scope.region) {
    throw invalidParameter(`Layers from '${region ?? ''}' are not reachable in this region ('${scope.region}')`);
  }
  if (account !== scope.account) {
    throw new ApiError(
      'AccessDeniedException',
      `User is not authorized to perform: lambda:GetLayerVersion on resource: ${text} because no resource-based policy allows the lambda:GetLayerVersion action`,
      403,
    );
  }
  return version === undefined ? { name } : { name, version: Number(version) };
}

/** Recorded. */
export const layerNotFound = () => resourceNotFound('The resource you requested does not exist.');

/**
 * Looks up the layers that a function shall use, in the given order.
 *
 * @returns `undefined` when none were given: what the function has stays
 * @throws InvalidParameterValueException when one does not exist, two are of one layer, or there are too many
 */
export async function findLayers(
  tx: Transaction,
  scope: Scope,
  arns: readonly string[] | undefined,
): Promise<readonly LayerUse[] | undefined> {
  if (!arns) return undefined;
  if (arns.length > MAX_LAYERS) throw invalidParameter(`Cannot reference more than ${MAX_LAYERS} layers.`);
  const uses: LayerUse[] = [];
  const names = new Set<string>();
  for (const text of arns) {
    const { name, version } = readLayerName(text, scope);
    if (version === undefined) throw invalidParameter(`Layer version ARN expected, found: ${text}`);
    if (names.has(name)) {
      throw invalidParameter(
        'Two different versions of the same layer are not allowed to be referenced in the same function.',
      );
    }
    names.add(name);
    const found = await findLayerVersion(tx, scope, name, version);
    if (!found) throw invalidParameter(`Layer version ${text} does not exist.`);
    const { id, size, unzippedSize = 0 } = found.code;
    uses.push({ arn: `${layerArn(scope, name)}:${version}`, codeId: id, size, unzippedSize });
  }
  return uses;
}
