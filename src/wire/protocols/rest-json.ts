import { ApiError } from '../api-error.ts';
import type { Exception, Operation, ServiceModel } from '../model.ts';
import { identityOf, kindOf, membersOf, type Shape } from '../schema.ts';
import type { Fault } from '../fault.ts';
import type { WireRequest } from '../request.ts';
import { createJsonReader } from './json-reader.ts';
import { parseJson } from './parse-json.ts';
import { createJsonWriter, type JsonWriter } from './json-writer.ts';
import { MEBIBYTE, NO_BYTES, utf8, type Fields, type Protocol } from './protocol.ts';
import { bindingsOf, type Bindings } from './rest-bindings.ts';
import { remember } from './remember.ts';
import { readRestInput, type RestReader } from './rest-input.ts';
import { matchRoute, routesOf } from './rest-route.ts';
import { writeText } from './text-scalars.ts';

type Routes = ReturnType<typeof routesOf>;
type Headers = Record<string, string>;

/** Lambda's code for a body that is no JSON. */
const BAD_JSON = 'InvalidRequestContentException';

/** restJson1: the operation in method and path; members in the path, query string, headers and a JSON body. */
export function restJson(): Protocol {
  const [readJson, writeJson] = [createJsonReader(), createJsonWriter()];
  const reader: RestReader = {
    readBody: (shape, body) => readJson(shape, parseJson(body, BAD_JSON)),
    badValueCode: 'InvalidParameterValueException',
  };
  const routes = remember((model: ServiceModel) => routesOf(model));
  const bindings = remember((_key: object, shape: Shape) => bindingsOf(shape));
  const bind = (shape: Shape): Bindings =>
    kindOf(shape) === 'unit' ? bindingsOf(shape) : bindings(identityOf(shape), shape);
  return {
    // Zip files of up to 50 MB come as base64.
    maxBodyBytes: 70 * MEBIBYTE,
    unsupportedCode: 'UnsupportedOperationException',
    malformedCode: 'SerializationException',
    resolve({ model }, request, body) {
      const found = requireRoute(routes(model, undefined), request);
      const input = found.operation.input;
      const read = () =>
        kindOf(input) === 'unit' ? {} : readRestInput(bind(input), found.labels, request, body, reader);
      return { operation: found.operation, read };
    },
    write(_spoken, operation, output, requestId) {
      const bound = bind(operation.output);
      const headers: Headers = { 'x-amzn-requestid': requestId, ...headersOf(bound, output) };
      const asked = bound.statusCode === undefined ? undefined : output[bound.statusCode];
      const status = typeof asked === 'number' ? asked : (operation.http?.status ?? 200);
      const { type, body } = bodyOf(bound, operation, output, status, writeJson);
      return { status, headers: type ? { 'content-type': type, ...headers } : headers, body };
    },
    writeError(_entry, fault, requestId) {
      const { exception } = fault;
      const bound = exception && bind(exception.shape);
      const members = exception ? withType(exception, fault) : fault.members;
      const headers: Headers = {
        ...(bound ? headersOf(bound, members) : {}),
        'content-type': 'application/json',
        'x-amzn-requestid': requestId,
        'x-amzn-errortype': fault.code,
      };
      const body = bound?.body ? writeJson(bound.body, members) : { message: fault.message };
      return { status: fault.status, headers, body: utf8(JSON.stringify(body)) };
    },
  };
}

function requireRoute(routes: Routes, request: WireRequest) {
  const found = matchRoute(routes, request);
  if (found) return found;
  const asked = `${request.method} ${request.path}`.slice(0, 200);
  throw new ApiError('UnknownOperationException', `There is no operation for ${asked}`, 404);
}

function headersOf(bindings: Bindings, output: Fields): Headers {
  const set = bindings.headers.filter(({ name }) => output[name] != null);
  return Object.fromEntries(set.map(({ name, header, shape }) => [header, writeText(shape, output[name])]));
}

interface Body {
  readonly type: string | undefined;
  readonly body: Uint8Array;
}

function bodyOf(bindings: Bindings, operation: Operation, output: Fields, status: number, writeJson: JsonWriter): Body {
  const { payload, body } = bindings;
  if (payload) return payloadOf(payload.shape, output[payload.name], writeJson);
  if (body) return jsonBody(writeJson(body, output));
  const nothing = kindOf(operation.output) === 'unit' || status === 204;
  return nothing ? { type: undefined, body: NO_BYTES } : jsonBody({});
}

function payloadOf(shape: Shape, value: unknown, writeJson: JsonWriter): Body {
  const isBytes = kindOf(shape) === 'blob';
  if (!isBytes && kindOf(shape) !== 'string') return jsonBody(value == null ? {} : writeJson(shape, value as Fields));
  const body = value instanceof Uint8Array ? value : typeof value === 'string' ? utf8(value) : NO_BYTES;
  return { type: isBytes ? 'application/octet-stream' : 'text/plain', body };
}

const jsonBody = (value: unknown): Body => ({ type: 'application/json', body: utf8(JSON.stringify(value)) });

/** Lambda says whose fault it was in every modelled exception. Source: recordings, error wire shape. */
function withType(exception: Exception, { members, side }: Fault): Fields {
  const hasType = membersOf(exception.shape).some(({ name }) => name === 'Type');
  return hasType && members['Type'] == null ? { ...members, Type: side === 'client' ? 'User' : 'Service' } : members;
}
