import type { DestinationConfig } from '@aws-sdk/client-lambda';
import { parseArn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { destinationOf } from './events/destination.ts';
import { invalidParameter } from './faults.ts';
import { readFunctionName } from './function-name.ts';
import { findQualified } from './qualified.ts';
import type { EventConfigRecord } from './records.ts';

interface EventSettingsInput {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
  readonly DestinationConfig?: DestinationConfig | undefined;
}

/** The record with the given settings; what is not given stays, and an empty destination is taken away. */
export function withEventSettings(current: EventConfigRecord, input: EventSettingsInput): EventConfigRecord {
  const { onSuccess, onFailure, ...rest } = current;
  const { DestinationConfig: given } = input;
  const success = given?.OnSuccess ? given.OnSuccess.Destination : onSuccess;
  const failure = given?.OnFailure ? given.OnFailure.Destination : onFailure;
  return {
    ...rest,
    ...(input.MaximumRetryAttempts !== undefined && { maximumRetryAttempts: input.MaximumRetryAttempts }),
    ...(input.MaximumEventAgeInSeconds !== undefined && { maximumEventAge: input.MaximumEventAgeInSeconds }),
    ...(success ? { onSuccess: success } : {}),
    ...(failure ? { onFailure: failure } : {}),
  };
}

/** @throws InvalidParameterValueException for what nothing can be delivered to */
export async function checkDestinations(
  tx: Transaction,
  scope: Scope,
  functionName: string,
  given: DestinationConfig | undefined,
): Promise<void> {
  for (const arn of [given?.OnSuccess?.Destination, given?.OnFailure?.Destination])
    if (arn) await checkDestination(tx, scope, functionName, arn);
}

/** Topics and buses may come later. Words as others have recorded them. */
async function checkDestination(tx: Transaction, scope: Scope, functionName: string, arn: string): Promise<void> {
  const found = destinationOf(arn);
  if (!found) {
    const service = parseArn(arn)?.service ?? arn.split(':')[0];
    throw invalidParameter(
      `Teal delivers to SNS topics, Lambda functions and EventBridge buses, not to '${service}': the destination ARN ${arn} is invalid.`,
    );
  }
  if (found.to !== 'lambda' || found.scope.region !== scope.region || found.scope.account !== scope.account) return;
  const name = readFunctionName(arn, scope);
  if (name.name === functionName) throw invalidParameter("You can't specify the function as a destination for itself.");
  if (!(await findQualified(tx, scope, name))) throw invalidParameter(`The destination ARN ${arn} is invalid.`);
}
