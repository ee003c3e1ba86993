import type { Scope } from '../kernel/scope.ts';

/** What a handler knows of the request beside its input. */
export interface CallContext extends Scope {
  /** The service's name in the catalogue, such as `ecs`. */
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
  readonly accessKeyId: string | undefined;
  /** Set only by callers inside Teal, such as `codedeploy.amazonaws.com`; no client can claim it over a socket. */
  readonly principal: string | undefined;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

type InputOf<C> = C extends new (...args: never[]) => { input: infer I } ? I : never;
type OutputOf<C> = C extends new (...args: never[]) => {
  resolveMiddleware: (...args: never[]) => (...args: never[]) => Promise<{ output: infer O }>;
}
  ? Omit<O, '$metadata'>
  : never;

/** Members that the wire has already made sure of are no longer `| undefined`. */
type Enforced<T> = T extends object
  ? {
      [K in keyof T]: undefined extends T[K]
        ? Record<never, never> extends Pick<T, K>
          ? T[K]
          : Exclude<T[K], undefined>
        : T[K];
    }
  : T;

/** The body of an object on its way in, as its sender meant it: without the frames that carried it. */
export interface BodyStream extends AsyncIterable<Uint8Array> {
  /** The headers that came after it, once it was read; names in lower case. */
  trailers(): Readonly<Record<string, string>>;
  /** What its sender said would come after it. */
  readonly announced: readonly string[];
}

/**
 * Payloads arrive whole, and may be answered as bytes or text. Bodies of objects arrive and are answered as they come,
 * for they may be larger than memory.
 */
type Received<T> = T extends { Payload?: unknown }
  ? Omit<T, 'Payload'> & { readonly Payload?: Uint8Array }
  : T extends { Body?: unknown }
    ? Omit<T, 'Body'> & { readonly Body?: BodyStream }
    : T;
type Answered<T> = T extends { Payload?: unknown }
  ? Omit<T, 'Payload'> & { readonly Payload?: Uint8Array | string }
  : T extends { Body?: unknown }
    ? Omit<T, 'Body'> & { readonly Body?: AsyncIterable<Uint8Array> }
    : T;
type Loose<T> = { [K in keyof T]?: T[K] | undefined };

export type ActionInput<C> = Received<Enforced<InputOf<C>>>;
export type ActionOutput<C> = Loose<Answered<OutputOf<C>>>;

/** One action: the SDK's own input type to the SDK's own output type. */
export type Action<C> = (
  input: ActionInput<C>,
  ctx: CallContext,
) => Promise<ActionOutput<C> | void> | ActionOutput<C> | void;

/** The action table of a service, checked against the SDK module: `satisfies Actions<typeof import('@aws-sdk/client-ecs')>`. */
export type Actions<M> = {
  readonly [K in keyof M as K extends `${infer Name}Command` ? (Name extends '' | '$' ? never : Name) : never]?: Action<
    M[K]
  >;
};

export type AnyActions = Readonly<Record<string, ((input: never, ctx: CallContext) => unknown) | undefined>>;

/** Which service a table of actions belongs to: a key of the wire's catalogue. */
export type ServiceName =
  | 'codedeploy'
  | 'ecs'
  | 'elbv2'
  | 'lambda'
  | 'iam'
  | 'sts'
  | 'ec2'
  | 'acm'
  | 'cloudwatch'
  | 'logs'
  | 's3'
  | 'sns'
  | 'events'
  | 'application-autoscaling';

/** A service as `main` mounts it. */
export interface Service {
  readonly name: ServiceName;
  readonly actions: AnyActions;
  /**
   * How this service words a broken constraint or a missing member, when it is not the wire's default
   * (`ValidationException`, "1 validation error detected: …"). Gives the error to throw, or `undefined` to let the
   * request through so that the action itself decides (CodeDeploy's `…RequiredException`s).
   */
  readonly onInvalidInput?: (operation: string, violations: readonly Violation[]) => Error | undefined;
  /** Starts the loops; resolves when what the store holds has been taken up. */
  start(): Promise<void>;
  /** Ends the loops. `leaveRunning` keeps tasks and traffic as they are (crash-like stop, upgrade). */
  close(): Promise<void>;
}

export interface Violation {
  /** Lower camel path such as `targets.1.member.id`. */
  readonly path: string;
  readonly kind: 'missing' | 'constraint';
  /** AWS's words: "Value '…' at '…' failed to satisfy constraint: …". */
  readonly message: string;
}
