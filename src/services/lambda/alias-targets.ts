import type { AliasRoutingConfiguration } from '@aws-sdk/client-lambda';
import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { functionNotFound, invalidParameter, validation } from './faults.ts';
import { LATEST, qualifiedId, versionsIn, type AliasRecord, type FunctionRecord } from './records.ts';

/** @throws ResourceNotFoundException when there is no such version */
export async function requireAliasTarget(
  tx: Transaction,
  scope: Scope,
  { name, arn }: FunctionRecord,
  version: string,
): Promise<void> {
  if (version === LATEST || (await versionsIn(tx).get(scope, qualifiedId(name, version)))) return;
  throw functionNotFound(`${arn}:${version}`);
}

/**
 * Reads the second version of an alias and its weight.
 *
 * @throws InvalidParameterValueException, ValidationException, ResourceNotFoundException. Source: Lambda Developer Guide,
 * weighted aliases; words as others have recorded them
 */
export async function requireRouting(
  tx: Transaction,
  scope: Scope,
  latest: FunctionRecord,
  main: string,
  routing: AliasRoutingConfiguration | undefined,
): Promise<AliasRecord['additional']> {
  const given = Object.entries(routing?.AdditionalVersionWeights ?? {});
  const [first] = given;
  if (!first) return undefined;
  if (given.length > 1) throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  const [version, weight] = first;
  const at = `Value '{${version}=${weight}}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint`;
  if (!(weight >= 0 && weight <= 1)) {
    throw validation(
      `${at}: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]`,
    );
  }
  if (main === LATEST) throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
  if (version === main) {
    throw invalidParameter(
      `Invalid function version ${main}. Function version ${main} is already included in routing configuration.`,
    );
  }
  await requireAliasTarget(tx, scope, latest, version);
  return { version, weight };
}
