import { ApiError } from '../api-error.ts';
import type { WireRequest } from '../request.ts';
import { kindOf, type Member, type Shape } from '../schema.ts';
import { textOf, type Fields } from './protocol.ts';
import type { Bindings } from './rest-bindings.ts';
import { readText } from './text-scalars.ts';

/** How one of the REST protocols reads what is not in path, query string or headers. */
export interface RestReader {
  /** A structure that is the body, or the part of the body that a member stands for. */
  readBody(shape: Shape, body: Uint8Array): Fields;
  /** The code for a label, parameter or header of the wrong form. */
  readonly badValueCode: string;
}

/** Gathers an input from its labels, query string, headers and body. */
export function readRestInput(
  bindings: Bindings,
  labels: ReadonlyMap<string, string>,
  request: WireRequest,
  body: Uint8Array,
  reader: RestReader,
): Fields {
  return {
    ...readRestHead(bindings, labels, request, reader),
    ...readPayload(bindings, body, reader),
    ...(bindings.body && body.byteLength > 0 ? reader.readBody(bindings.body, body) : {}),
  };
}

/** Gathers what does not stand in the body. */
export function readRestHead(
  bindings: Bindings,
  labels: ReadonlyMap<string, string>,
  request: WireRequest,
  { badValueCode }: RestReader,
): Fields {
  const read: Scalar = (shape, text, name) => scalar(shape, text, name, badValueCode);
  return {
    ...readLabels(bindings, labels, read),
    ...readParameters(bindings, request.query, read),
    ...readHeaders(bindings, request.headers, read),
    ...readPrefixed(bindings, request.headers),
  };
}

type Scalar = (shape: Shape, text: string, name: string) => unknown;

const readLabels = (bindings: Bindings, labels: ReadonlyMap<string, string>, read: Scalar): Fields =>
  gather(bindings.labels, ({ name, shape }) => present(labels.get(name), (text) => read(shape, text, name)));

const readParameters = (bindings: Bindings, query: URLSearchParams, read: Scalar): Fields =>
  gather(bindings.query, (member) => {
    if (!query.has(member.parameter)) return undefined;
    const texts = query.getAll(member.parameter);
    if (kindOf(member.shape) !== 'list') return read(member.shape, texts[0] ?? '', member.name);
    return texts.map((text) => read(member.shape.getValueSchema(), text, member.name));
  });

const readHeaders = (bindings: Bindings, headers: WireRequest['headers'], read: Scalar): Fields =>
  gather(bindings.headers, (member) =>
    present(headers[member.header], (text) => {
      if (kindOf(member.shape) !== 'list') return read(member.shape, text, member.name);
      return text.split(',').map((part) => read(member.shape.getValueSchema(), part.trim(), member.name));
    }),
  );

function readPrefixed({ prefixed }: Bindings, headers: WireRequest['headers']): Fields {
  if (!prefixed) return {};
  const { name, prefix } = prefixed;
  const found = Object.entries(headers).filter(([header]) => header.startsWith(prefix));
  return found.length === 0
    ? {}
    : { [name]: Object.fromEntries(found.map(([header, text]) => [header.slice(prefix.length), text])) };
}

function readPayload({ payload }: Bindings, body: Uint8Array, reader: RestReader): Fields {
  if (!payload || body.byteLength === 0) return {};
  const { name, shape } = payload;
  const kind = kindOf(shape);
  if (kind === 'blob') return { [name]: body };
  if (kind === 'string') return { [name]: textOf(body) };
  return { [name]: reader.readBody(shape, body) };
}

function gather<M extends Member>(members: readonly M[], read: (member: M) => unknown): Fields {
  const pairs = members.map((member) => [member.name, read(member)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

const present = <T>(text: string | undefined, read: (text: string) => T): T | undefined =>
  text === undefined ? undefined : read(text);

function scalar(shape: Shape, text: string, name: string, code: string): unknown {
  const value = readText(shape, text);
  if (value !== undefined) return value;
  const shown = text.slice(0, 200);
  throw new ApiError(code, `Value '${shown}' at '${name}' is not a valid ${kindOf(shape)}`);
}
