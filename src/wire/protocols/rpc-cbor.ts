import { ApiError } from '../api-error.ts';
import type { CatalogueEntry } from '../catalogue.ts';
import { structure } from '../schema.ts';
import { cborScalar, parseCbor } from './cbor-reader.ts';
import { createCborWriter, type CborWriter } from './cbor-writer.ts';
import { createJsonReader } from './json-reader.ts';
import { MEBIBYTE, type Protocol } from './protocol.ts';

/** Smithy's RPC v2 with CBOR: service and operation in the path, one map of CBOR both ways. */
export function rpcCbor(): Protocol {
  const read = createJsonReader(cborScalar);
  const writers = new Map<CatalogueEntry | undefined, CborWriter>();
  const writerOf = (entry: CatalogueEntry | undefined): CborWriter => {
    const known = writers.get(entry) ?? createCborWriter(entry?.cbor?.integers ?? new Set());
    writers.set(entry, known);
    return known;
  };
  const nothing = structure('Nothing', []);
  return {
    maxBodyBytes: MEBIBYTE,
    unsupportedCode: 'UnsupportedOperationException',
    malformedCode: 'SerializationException',
    resolve({ model }, request, body) {
      const operation = model.operations.get(cborPath(request.path)?.operation ?? '');
      if (!operation) throw new ApiError('UnknownOperationException', '');
      return { operation, read: () => read(operation.input, parseCbor(body)) };
    },
    write({ entry }, operation, output, requestId) {
      return { status: 200, headers: headersOf(requestId), body: writerOf(entry)(operation.output, output) };
    },
    writeError(entry, fault, requestId) {
      const { exception, members } = fault;
      const message = fault.message === '' ? {} : { message: fault.message };
      const body = exception
        ? writerOf(entry)(exception.shape, members, { __type: fault.code })
        : writerOf(entry)(nothing, {}, { __type: fault.code, ...message });
      return { status: fault.status, headers: headersOf(requestId), body };
    },
  };
}

/** Reads `/service/{shape}/operation/{name}`, which may stand behind a prefix. */
export function cborPath(path: string): { readonly service: string; readonly operation: string } | undefined {
  const [, service, operation] = /\/service\/([^/]+)\/operation\/([^/]+)\/?$/.exec(path) ?? [];
  return service === undefined || operation === undefined ? undefined : { service, operation };
}

const headersOf = (requestId: string) => ({
  'smithy-protocol': 'rpc-v2-cbor',
  'content-type': 'application/cbor',
  'x-amzn-requestid': requestId,
});
