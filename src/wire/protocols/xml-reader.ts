import { XmlCodec } from '@aws-sdk/core/protocols';
import { ApiError } from '../api-error.ts';
import { kindOf, membersOf, nameOf, traitsOf, type Shape } from '../schema.ts';
import { textOf, type Fields } from './protocol.ts';

/** Reads a document by a structure's schema. @throws {ApiError} `MalformedXML` */
export type XmlReader = (shape: Shape, body: Uint8Array) => Fields;

/** The SDK's own reader, made strict: it trusts its peer, takes any root and lets a type of document be declared. */
export function createXmlReader(): XmlReader {
  const timestampFormat = { useTrait: true, default: 5 as const };
  const codec = new XmlCodec({ timestampFormat, httpBindings: false, xmlNamespace: '', serviceNamespace: '' });
  return (shape, body) => {
    const text = textOf(body);
    if (/<!DOCTYPE/i.test(text) || rootOf(text) !== (traitsOf(shape).xmlName ?? nameOf(shape))) throw malformed();
    const value = read(() => codec.createDeserializer().read(shape, body) as unknown);
    if (!isOf(shape, value)) throw malformed();
    return value as Fields;
  };
}

/** Anything it throws is about the document; a document nested too deep for the stack is one more. */
function read(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    throw malformed();
  }
}

const rootOf = (text: string): string | undefined => /<(?![?!])(?:[^\s>/:]+:)?([^\s>/]+)/.exec(text)?.[1];

/** Whether a value has the type of its schema, and all that it holds. */
function isOf(shape: Shape, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  switch (kindOf(shape)) {
    case 'structure':
      return isPlain(value) && membersOf(shape).every(({ name, shape: of }) => isOf(of, value[name]));
    case 'list':
      return Array.isArray(value) && value.every((item) => isOf(shape.getValueSchema(), item));
    case 'map':
      return isPlain(value) && Object.values(value).every((item) => isOf(shape.getValueSchema(), item));
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number' && !Number.isNaN(value);
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime());
    default:
      return true;
  }
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

const malformed = (): ApiError =>
  new ApiError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
