import { ApiError, type ErrorMore } from './api-error.ts';
import type { Exception, ServiceModel } from './model.ts';
import { membersOf } from './schema.ts';

/** An error on its way to a client. */
export interface Fault {
  /** The exception's name in the model, or a code that has none. */
  readonly code: string;
  readonly message: string;
  readonly status: number;
  /** Code and status for awsQuery, where they are often others. */
  readonly queryCode: string;
  readonly queryStatus: number;
  readonly side: 'client' | 'server';
  readonly exception: Exception | undefined;
  /** What the modelled exception carries, its message included. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly more?: ErrorMore;
}

/**
 * Turns what an action threw into what its client may know.
 *
 * @returns `undefined` for anything that is neither an {@link ApiError} nor one of the service's modelled exceptions
 */
export function faultOf(model: ServiceModel | undefined, thrown: unknown): Fault | undefined {
  if (thrown instanceof ApiError) return ofApiError(model, thrown);
  if (!(thrown instanceof Error)) return undefined;
  const exception = model?.exceptions.get(thrown.name);
  return exception && ofException(exception, thrown);
}

/** What a client learns of a bug of ours: nothing. */
export const internalFailure: Fault = {
  code: 'InternalFailure',
  message: 'The request processing has failed because of an unknown error, exception or failure.',
  status: 500,
  queryCode: 'InternalFailure',
  queryStatus: 500,
  side: 'server',
  exception: undefined,
  members: {},
};

function ofApiError(model: ServiceModel | undefined, error: ApiError): Fault {
  const { message, status, more } = error;
  const exception = model && (model.exceptions.get(error.code) ?? byQueryCode(model, error.code));
  const code = exception?.name ?? error.code;
  const members = exception?.messageMember ? { [exception.messageMember]: message } : {};
  const queryCode = exception?.queryCode ?? code;
  const side = status < 500 ? 'client' : 'server';
  return { code, message, status, queryCode, queryStatus: status, side, exception, members, more };
}

/** A service with more than one protocol has two names for an error; either may be thrown. */
const byQueryCode = ({ exceptions }: ServiceModel, code: string): Exception | undefined =>
  [...exceptions.values()].find(({ queryCode }) => queryCode === code);

function ofException(exception: Exception, thrown: Error): Fault {
  const { name: code, status, queryCode, queryStatus, fault: side } = exception;
  const carried = thrown as Error & Readonly<Record<string, unknown>>;
  const { message } = carried;
  const members = Object.fromEntries(membersOf(exception.shape).map(({ name }) => [name, carried[name]]));
  if (exception.messageMember) members[exception.messageMember] ??= message;
  return { code, message, status, queryCode, queryStatus, side, exception, members };
}
