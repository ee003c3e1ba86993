import { stopwatch } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { ApiError } from './api-error.ts';
import { readBody } from './body.ts';
import { choose, isCbor, isForm, type Choice } from './choose.ts';
import { credentialScope, type CredentialScope } from './credential-scope.ts';
import { faultOf, internalFailure, type Fault } from './fault.ts';
import type { Operation } from './model.ts';
import { mount, type Loaded, type Mounted } from './mounted.ts';
import { requireOwnOrigin } from './own-origin.ts';
import { textOf, type Fields, type Protocol } from './protocols/protocol.ts';
import { createProtocols, type Protocols } from './protocols/protocols.ts';
import { refuseInCbor, type Refusal } from './protocols/refusal.ts';
import type { WireRequest, WireResponse } from './request.ts';
import type { CallContext, Service } from './types.ts';
import { NotAnInteger, validate } from './validate.ts';
import { validationError } from './validation-error.ts';

export interface WireOptions {
  readonly services: readonly Service[];
  readonly logger: Logger;
  /** For any request; protocols that never carry files take less. By default 70 MiB, for Lambda's zip files. */
  readonly maxBodyBytes?: number;
  /** Hears of every request once it is answered. */
  readonly onAnswered?: (answered: Answered) => void;
}

export interface Answered {
  /** `unknown` when the request named none that is served. */
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly seconds: number;
  /** Whether a part of Teal asked, and no client. */
  readonly isInternal: boolean;
}

/** The AWS APIs of the mounted services, whatever carries the requests. */
export interface Wire {
  /** Answers every request; it never rejects. */
  handle(request: WireRequest): Promise<WireResponse>;
}

const DEFAULT_BODY_BYTES = 70 * 1_048_576;
/** Enough for any request whose service is still to be told from its form. */
const UNKNOWN_FORM_BYTES = 1_048_576;
const UNKNOWN = 'unknown';

/** Everything that one request gathers on its way. */
interface Call {
  readonly request: WireRequest;
  readonly requestId: string;
  readonly scope: CredentialScope;
  readonly log: Logger;
  readonly asked: { operation?: string; model?: Loaded['model'] };
}

export function createWire(options: WireOptions): Wire {
  const mounted = options.services.map(mount);
  const protocols = createProtocols();
  const limit = options.maxBodyBytes ?? DEFAULT_BODY_BYTES;
  return {
    async handle(request) {
      const elapsed = stopwatch();
      const requestId = newId.uuid();
      const call: Call = { request, requestId, scope: credentialScope(request), log: options.logger, asked: {} };
      const choice = await chooseSafely(call, mounted, protocols, limit);
      const isRefused = 'refuse' in choice;
      const response = isRefused
        ? refuse(call, choice.refuse, choice.in)
        : await serve(call, choice.mounted, choice.protocol, limit);
      options.onAnswered?.({
        service: isRefused ? UNKNOWN : choice.mounted.service.name,
        operation: call.asked.operation ?? UNKNOWN,
        status: response.status,
        seconds: elapsed(),
        isInternal: request.isInternal ?? false,
      });
      return response;
    },
  };
}

async function chooseSafely(
  call: Call,
  mounted: readonly Mounted[],
  protocols: Protocols,
  limit: number,
): Promise<Choice> {
  const { request, scope } = call;
  const version = async () => {
    const asked = request.query.get('Version');
    if (asked !== null || request.method === 'GET') return asked ?? undefined;
    const body = textOf(await readBody(request, Math.min(limit, UNKNOWN_FORM_BYTES)));
    return /(?:^|&)Version=([\d-]+)/.exec(body)?.[1];
  };
  try {
    requireOwnOrigin(request);
    return await choose(request, scope, mounted, protocols, version);
  } catch (cause) {
    const error = cause instanceof ApiError ? cause : new ApiError('InternalFailure', internalFailure.message, 500);
    if (cause !== error) call.log.error('request could not be placed', { requestId: call.requestId, cause });
    const plain = isForm(request) ? protocols.query : protocols.jsonOf(request);
    return { refuse: error, in: isCbor(request) ? refuseInCbor : plain };
  }
}

function refuse(call: Call, error: ApiError, language: Protocol | Refusal): WireResponse {
  const fault = faultOf(undefined, error) ?? internalFailure;
  call.log.debug('request refused', { requestId: call.requestId, code: fault.code, reason: fault.message });
  return typeof language === 'function'
    ? language(fault, call.requestId)
    : language.writeError(undefined, fault, call.requestId);
}

async function serve(call: Call, mounted: Mounted, protocol: Protocol, limit: number): Promise<WireResponse> {
  const { request, requestId, asked } = call;
  const shown = { service: mounted.service.name, requestId };
  try {
    const loaded = await mounted.load();
    asked.model = loaded.model;
    const spoken = { entry: mounted.entry, model: loaded.model };
    const { operation, read } =
      protocol.resolveStreamed?.(spoken, request) ??
      protocol.resolve(spoken, request, await readBody(request, Math.min(limit, protocol.maxBodyBytes)));
    asked.operation = operation.name;
    const action = requireAction(mounted, operation, protocol);
    const input = requireValid(mounted, loaded, operation, protocol, read());
    const output = ((await action(input as never, contextOf(call, mounted, operation))) ?? {}) as Fields;
    const known = (cause: unknown): Fault =>
      faultOf(loaded.model, cause) ?? hide(cause, call.log.with(shown), operation.name);
    const response =
      (operation.givenEvents && protocol.writeEvents?.(operation, output, requestId, known)) ??
      protocol.write(spoken, operation, output, requestId);
    call.log.debug('request served', { ...shown, operation: operation.name, status: response.status });
    return response;
  } catch (cause) {
    const fault = faultOf(asked.model, cause) ?? hide(cause, call.log.with(shown), asked.operation);
    call.log.debug('request failed', { ...shown, operation: asked.operation, code: fault.code, reason: fault.message });
    return withQueryError(request, mounted, fault, protocol.writeError(mounted.entry, fault, requestId));
  }
}

/** Clients of a service that once was query's ask for the codes that their users know from then. */
function withQueryError(
  { headers }: WireRequest,
  { entry }: Mounted,
  fault: Fault,
  answer: WireResponse,
): WireResponse {
  if (entry.protocol !== 'aws-query' || headers['x-amzn-query-mode'] !== 'true') return answer;
  const type = fault.side === 'client' ? 'Sender' : 'Receiver';
  return { ...answer, headers: { ...answer.headers, 'x-amzn-query-error': `${fault.queryCode};${type}` } };
}

function hide(cause: unknown, log: Logger, operation: string | undefined): Fault {
  const stack = cause instanceof Error ? cause.stack : undefined;
  log.error('action failed', { operation, cause, stack });
  return internalFailure;
}

function requireAction({ service }: Mounted, operation: Operation, protocol: Protocol) {
  const { name } = operation;
  const action = Object.hasOwn(service.actions, name) ? service.actions[name] : undefined;
  const isCarried = !operation.takesEvents && (!operation.givenEvents || protocol.writeEvents);
  if (action && isCarried) return action;
  throw new ApiError(protocol.unsupportedCode, `Teal does not serve ${service.name}:${name} yet.`);
}

function requireValid(
  mounted: Mounted,
  loaded: Loaded,
  operation: Operation,
  protocol: Protocol,
  input: Fields,
): Fields {
  const { service, entry } = mounted;
  const violations = violationsOf(operation, loaded, protocol, input);
  if (violations.length === 0) return input;
  if (!service.onInvalidInput) throw validationError(entry.protocol, violations);
  const error = service.onInvalidInput(operation.name, violations);
  if (error) throw error;
  return input;
}

function violationsOf({ input: shape }: Operation, { constraints }: Loaded, protocol: Protocol, input: Fields) {
  try {
    return validate(shape, input, constraints);
  } catch (cause) {
    throw cause instanceof NotAnInteger ? new ApiError(protocol.malformedCode, cause.message) : cause;
  }
}

const contextOf = ({ request, requestId, scope }: Call, { service }: Mounted, { name }: Operation): CallContext => ({
  account: scope.account,
  region: scope.region,
  service: service.name,
  operation: name,
  requestId,
  accessKeyId: scope.accessKeyId,
  principal: request.principal,
  get signal() {
    return request.signal;
  },
});
