/**
 * An AWS error by its code, for codes that the SDK models no exception class for (all of EC2's, `ValidationError`,
 * `ClientException` of shared names). Where the SDK has a class, throw that class through `fault`.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  /** HTTP status; by default 400. */
  readonly status: number;
  /** What else the error says, and the headers it comes with; only S3's do. */
  readonly more: ErrorMore;

  constructor(code: string, message: string, status = 400, more: ErrorMore = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.more = more;
  }
}

export interface ErrorMore {
  /** Elements beside code and message, such as `Key`. */
  readonly details?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

type ExceptionClass<E> = new (options: never) => E;

/** Builds one of the SDK's modelled exceptions: `throw fault(ServiceNotFoundException, 'Service not found.')`. */
export function fault<E extends Error>(
  exception: ExceptionClass<E>,
  message: string,
  members: Record<string, unknown> = {},
): E {
  const build = exception as unknown as new (options: Record<string, unknown>) => E;
  return new build({ message, $metadata: {}, ...members });
}
