import type { Fault } from '../fault.ts';
import type { Operation, ServiceModel } from '../model.ts';
import type { WireRequest, WireResponse } from '../request.ts';
import { identityOf, kindOf, membersOf, structure, traitsOf, type Shape } from '../schema.ts';
import { checkBodyDigests } from './body-digest.ts';
import { bodyLength, bodyStream, isAwsChunked, wholeBody } from './body-stream.ts';
import { MEBIBYTE, NO_BYTES, utf8, type Fields, type Protocol } from './protocol.ts';
import { remember } from './remember.ts';
import { bindingsOf, type Bindings } from './rest-bindings.ts';
import { readRestHead, readRestInput, type RestReader } from './rest-input.ts';
import { requireS3Route, s3RoutesOf } from './rest-xml-route.ts';
import { writeText } from './text-scalars.ts';
import { createXmlReader } from './xml-reader.ts';
import { createXmlWriter, escapeXml, type XmlWriter } from './xml-writer.ts';

type Headers = Record<string, string>;

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NOT_MODIFIED = 304;
const PARTIAL = 206;

/** restXml as S3 speaks it: objects are bodies that are streamed, all else is XML, and the bucket may stand in the host. */
export function restXml(): Protocol {
  const [readXml, writeXml] = [createXmlReader(), createXmlWriter()];
  const reader: RestReader = { readBody: readXml, badValueCode: 'InvalidArgument' };
  const routes = remember((model: ServiceModel) => s3RoutesOf(model));
  const bindings = remember((_key: object, shape: Shape) => bindingsOf(shape));
  const bind = (shape: Shape): Bindings =>
    kindOf(shape) === 'unit' ? bindingsOf(shape) : bindings(identityOf(shape), shape);
  return {
    // A thousand keys of DeleteObjects, each of 1024 bytes, escaped.
    maxBodyBytes: 8 * MEBIBYTE,
    unsupportedCode: 'NotImplemented',
    malformedCode: 'InvalidArgument',
    resolve({ model }, request, sent) {
      const { operation, labels } = requireS3Route(routes(model, undefined), request);
      const read = () => {
        const body = wholeBody(request, sent);
        checkBodyDigests(request, body);
        return readRestInput(bind(operation.input), labels, request, body, reader);
      };
      return { operation, read };
    },
    resolveStreamed({ model }, request) {
      const { operation, labels } = requireS3Route(routes(model, undefined), request);
      const bound = bind(operation.input);
      const { payload } = bound;
      if (!payload || !isStream(payload.shape) || operation.takesEvents) return undefined;
      const read = () => ({
        ...readRestHead(bound, labels, request, reader),
        ...carriedBy(request, operation),
        [payload.name]: bodyStream(request),
      });
      return { operation, read };
    },
    write: ({ entry }, operation, output, requestId) =>
      answer(bind(operation.output), operation, output, requestId, (shape, value) =>
        writeXml(shape, value, entry.xmlNamespace),
      ),
    writeError: (_entry, fault, requestId) => errorAnswer(fault, requestId),
  };
}

const isStream = (shape: Shape): boolean => kindOf(shape) === 'blob' && shape.isStreaming();

/** The frames of a body are the wire's: an action is told how long the object is, and how it is encoded without them. */
function carriedBy(request: WireRequest, operation: Operation): Fields {
  const length = bodyLength(request);
  const has = (name: string) => membersOf(operation.input).some((member) => member.name === name);
  const encodings = (request.headers['content-encoding'] ?? '').split(',').map((one) => one.trim());
  const encoding = encodings.filter((one) => one !== '' && one.toLowerCase() !== 'aws-chunked').join(',');
  return {
    ...(has('ContentLength') && length !== undefined && { ContentLength: length }),
    ...(has('ContentEncoding') && isAwsChunked(request) && { ContentEncoding: encoding === '' ? undefined : encoding }),
  };
}

type Write = (shape: Shape, value: Fields) => ReturnType<XmlWriter>;

function answer(bound: Bindings, operation: Operation, output: Fields, requestId: string, write: Write): WireResponse {
  const headers: Headers = { ...requestHeaders(requestId), ...headersOf(bound, output) };
  // The model has one status for an operation; a range of an object has another.
  const status = output['ContentRange'] == null ? (operation.http?.status ?? 200) : PARTIAL;
  if (bound.payload && isStream(bound.payload.shape)) {
    const frames = output[bound.payload.name] as AsyncIterable<Uint8Array> | undefined;
    return { status, headers, body: NO_BYTES, ...(frames && { frames }) };
  }
  const body = documentOf(bound, operation, output, write);
  if (body === undefined) return { status, headers, body: NO_BYTES };
  const type = body.startsWith('<') ? 'application/xml' : 'application/json';
  return { status, headers: { 'content-type': type, ...headers }, body: utf8(body) };
}

function documentOf(bound: Bindings, operation: Operation, output: Fields, write: Write): string | undefined {
  const { payload, body } = bound;
  if (payload) {
    const value = output[payload.name];
    if (value == null) return undefined;
    return kindOf(payload.shape) === 'string' ? (value as string) : DECLARATION + write(payload.shape, value as Fields);
  }
  if (!body) return undefined;
  const name = traitsOf(operation.output).xmlName ?? `${operation.name}Result`;
  const members = membersOf(body).map(({ name, shape: of }) => ({ name, of }));
  const xml = write(structure(name, members), output);
  return DECLARATION + (operation.name === 'GetBucketLocation' ? withoutElement(xml) : xml);
}

/** The one answer of S3 whose root holds the text itself. */
const withoutElement = (xml: string): string =>
  xml.replace(/(>)<LocationConstraint>([^<]*)<\/LocationConstraint>/, '$1$2');

function headersOf(bindings: Bindings, output: Fields): Headers {
  const set = bindings.headers.filter(({ name }) => output[name] != null);
  const headers = Object.fromEntries(set.map(({ name, header, shape }) => [header, valueOf(shape, output[name])]));
  const { prefixed } = bindings;
  const map = (prefixed && output[prefixed.name]) as Readonly<Record<string, string>> | undefined;
  for (const [name, value] of Object.entries(map ?? {})) headers[`${prefixed?.prefix}${name.toLowerCase()}`] = value;
  return headers;
}

const valueOf = (shape: Shape, value: unknown): string =>
  kindOf(shape) === 'list' && Array.isArray(value)
    ? value.map((item) => writeText(shape.getValueSchema(), item)).join(',')
    : writeText(shape, value);

const requestHeaders = (requestId: string): Headers => ({
  'x-amz-request-id': requestId,
  'x-amz-id-2': requestId,
  'x-amzn-requestid': requestId,
});

function errorAnswer({ code, message, status, more = {} }: Fault, requestId: string): WireResponse {
  const headers = { ...requestHeaders(requestId), ...more.headers };
  if (status === NOT_MODIFIED) return { status, headers, body: NO_BYTES };
  const said = { Code: code, Message: message, ...more.details, RequestId: requestId, HostId: requestId };
  const elements = Object.entries(said).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`);
  const xml = `${DECLARATION}<Error>${elements.join('')}</Error>`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body: utf8(xml) };
}
