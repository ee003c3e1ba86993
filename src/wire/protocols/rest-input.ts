import { ApiError } from '../api-error.ts';
import type { WireRequest } from '../request.ts';
import { kindOf, type Member, type Shape } from '../schema.ts';
import type { JsonReader } from './json-reader.ts';
import { parseJson } from './parse-json.ts';
import { textOf, type Fields } from './protocol.ts';
import type { Bindings } from './rest-bindings.ts';
import { readText } from './text-scalars.ts';

/** Lambda's code for a body that is no JSON. */
const BAD_JSON = 'InvalidRequestContentException';

/** Gathers an input from its labels, query string, headers and body. */
export function readRestInput(
  bindings: Bindings,
  labels: ReadonlyMap<string, string>,
  request: WireRequest,
  body: Uint8Array,
  readJson: JsonReader,
): Fields {
  return {
    ...readLabels(bindings, labels),
    ...readParameters(bindings, request.query),
    ...readHeaders(bindings, request.headers),
    ...readPayload(bindings, body, readJson),
    ...(bindings.body && body.byteLength > 0 ? readJson(bindings.body, parseJson(body, BAD_JSON)) : {}),
  };
}

const readLabels = (bindings: Bindings, labels: ReadonlyMap<string, string>): Fields =>
  gather(bindings.labels, (member) => present(labels.get(member.name), (text) => scalar(member.shape, text, member)));

const readParameters = (bindings: Bindings, query: URLSearchParams): Fields =>
  gather(bindings.query, (member) => {
    if (!query.has(member.parameter)) return undefined;
    const texts = query.getAll(member.parameter);
    if (kindOf(member.shape) !== 'list') return scalar(member.shape, texts[0] ?? '', member);
    return texts.map((text) => scalar(member.shape.getValueSchema(), text, member));
  });

const readHeaders = (bindings: Bindings, headers: WireRequest['headers']): Fields =>
  gather(bindings.headers, (member) =>
    present(headers[member.header], (text) => {
      if (kindOf(member.shape) !== 'list') return scalar(member.shape, text, member);
      return text.split(',').map((part) => scalar(member.shape.getValueSchema(), part.trim(), member));
    }),
  );

function readPayload({ payload }: Bindings, body: Uint8Array, readJson: JsonReader): Fields {
  if (!payload || body.byteLength === 0) return {};
  const { name, shape } = payload;
  const kind = kindOf(shape);
  if (kind === 'blob') return { [name]: body };
  if (kind === 'string') return { [name]: textOf(body) };
  return { [name]: readJson(shape, parseJson(body, BAD_JSON)) };
}

function gather<M extends Member>(members: readonly M[], read: (member: M) => unknown): Fields {
  const pairs = members.map((member) => [member.name, read(member)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

const present = <T>(text: string | undefined, read: (text: string) => T): T | undefined =>
  text === undefined ? undefined : read(text);

function scalar(shape: Shape, text: string, { name }: Member): unknown {
  const value = readText(shape, text);
  if (value !== undefined) return value;
  const shown = text.slice(0, 200);
  throw new ApiError('InvalidParameterValueException', `Value '${shown}' at '${name}' is not a valid ${kindOf(shape)}`);
}
