import {
  asException,
  asOperation,
  eventStreamOf,
  membersOf,
  traitsOf,
  type Member,
  type RawOperation,
  type Shape,
} from './schema.ts';

export interface HttpBinding {
  readonly method: string;
  /** Such as `/2015-03-31/functions/{FunctionName}/invocations`. */
  readonly uri: string;
  readonly status: number;
}

export interface Operation {
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
  /** Only in REST services. */
  readonly http: HttpBinding | undefined;
  /** Whether its input has a stream of events, which the wire does not carry. */
  readonly takesEvents: boolean;
  /** The member of its output that is a stream of events; an action gives an `AsyncIterable` for it. */
  readonly givenEvents: Member | undefined;
}

export interface Exception {
  readonly name: string;
  readonly shape: Shape;
  readonly fault: 'client' | 'server';
  readonly status: number;
  /** Code and status where awsQuery has its own: `TargetGroupNotFound` for `TargetGroupNotFoundException`. */
  readonly queryCode: string;
  readonly queryStatus: number;
  /** `message` or `Message`, whichever the model has. */
  readonly messageMember: string | undefined;
}

/** What one SDK package says of its service. */
export interface ServiceModel {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly exceptions: ReadonlyMap<string, Exception>;
}

/**
 * Collects the schemas that an SDK client package exports.
 *
 * @param module - its namespace; a bundler may have put a CommonJS package whole under `default`
 */
export function buildModel(module: Readonly<Record<string, unknown>>): ServiceModel {
  const operations = new Map<string, Operation>();
  const exceptions = new Map<string, Exception>();
  const whole = module['default'];
  const exports = typeof whole === 'object' && whole !== null ? { ...module, ...whole } : module;
  for (const exported of Object.values(exports)) {
    const operation = asOperation(exported);
    if (operation) operations.set(operation.name, operationOf(operation));
    const exception = asException(exported);
    if (exception) exceptions.set(exception.name, exceptionOf(exception.name, exception.shape));
  }
  return { operations, exceptions };
}

function operationOf({ name, traits, input, output }: RawOperation): Operation {
  const http = traits.http && { method: traits.http[0], uri: traits.http[1], status: traits.http[2] };
  return {
    name,
    input,
    output,
    http,
    takesEvents: eventStreamOf(input) !== undefined,
    givenEvents: eventStreamOf(output),
  };
}

function exceptionOf(name: string, shape: Shape): Exception {
  const traits = traitsOf(shape);
  const fault = traits.error ?? 'client';
  const status = traits.httpError ?? (fault === 'server' ? 500 : 400);
  const [queryCode, queryStatus] = traits.awsQueryError ?? [name, status];
  const messageMember = membersOf(shape).find((member) => member.name.toLowerCase() === 'message')?.name;
  return { name, shape, fault, status, queryCode, queryStatus, messageMember };
}
