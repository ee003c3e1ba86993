import { arn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import { ApiError } from '../../wire/api-error.ts';
import { invalidParameter, resourceNotFound } from './faults.ts';

/** A function as a caller named it. */
export interface FunctionName {
  readonly account: string;
  readonly name: string;
  /** As given, in the name or beside it. */
  readonly qualifier: string | undefined;
  /** With the qualifier, if one was given. */
  readonly arn: string;
}

const FORM =
  /^(?:arn:aws[a-zA-Z-]*:lambda:(?<region>[a-z0-9-]+):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[a-zA-Z0-9-_]+)(?::(?<derived>\$LATEST|[a-zA-Z0-9-_]+))?$/;

/**
 * Reads a name, a partial ARN (`ACCOUNT:function:NAME`) or an ARN, each with or without a qualifier.
 *
 * @throws ValidationException for text that is none of them, ResourceNotFoundException for an ARN of another region
 */
export function readFunctionName(text: string, scope: Scope, qualifier?: string): FunctionName {
  const { region, account = scope.account, name, derived } = FORM.exec(text)?.groups ?? {};
  if (!name) throw malformed(text);
  if (region !== undefined && region !== scope.region) {
    throw resourceNotFound(`Functions from '${region}' are not reachable in this region ('${scope.region}')`);
  }
  if (derived !== undefined && qualifier !== undefined && derived !== qualifier) {
    throw invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');
  }
  const effective = derived ?? qualifier;
  const plain = functionArn({ account, region: scope.region }, name);
  return { account, name, qualifier: effective, arn: effective === undefined ? plain : `${plain}:${effective}` };
}

export const functionArn = (scope: Scope, name: string): string => arn('lambda', scope, `function:${name}`);

const malformed = (text: string): ApiError =>
  new ApiError(
    'ValidationException',
    `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
  );
