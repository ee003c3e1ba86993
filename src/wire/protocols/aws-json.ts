import { ApiError } from '../api-error.ts';
import { kindOf } from '../schema.ts';
import { EVENT_STREAM, eventFrames } from './event-stream.ts';
import { createJsonReader } from './json-reader.ts';
import { createJsonWriter } from './json-writer.ts';
import { parseJson } from './parse-json.ts';
import { MEBIBYTE, NO_BYTES, utf8, type Protocol } from './protocol.ts';

/** awsJson 1.0 and 1.1: one path, the operation in `X-Amz-Target`, JSON both ways. */
export function awsJson(version: '1.0' | '1.1'): Protocol {
  const read = createJsonReader();
  const write = createJsonWriter();
  const headers = (requestId: string) => ({
    'content-type': `application/x-amz-json-${version}`,
    'x-amzn-requestid': requestId,
  });
  return {
    maxBodyBytes: 4 * MEBIBYTE,
    unsupportedCode: 'UnsupportedOperationException',
    malformedCode: 'SerializationException',
    resolve({ model }, request, body) {
      const target = request.headers['x-amz-target'] ?? '';
      const operation = model.operations.get(target.slice(target.lastIndexOf('.') + 1));
      if (!operation) throw new ApiError('UnknownOperationException', '');
      return { operation, read: () => read(operation.input, parseJson(body, 'SerializationException')) };
    },
    write(_spoken, operation, output, requestId) {
      // Nothing to say is an empty body in 1.1 and an empty object in 1.0.
      const nothing = kindOf(operation.output) === 'unit';
      const empty = version === '1.0' ? utf8('{}') : NO_BYTES;
      const body = nothing ? empty : utf8(JSON.stringify(write(operation.output, output)));
      return { status: 200, headers: headers(requestId), body };
    },
    writeEvents(operation, output, requestId, faultOf) {
      const sent = { ...headers(requestId), 'content-type': EVENT_STREAM };
      return { status: 200, headers: sent, body: NO_BYTES, frames: eventFrames(operation, output, write, faultOf) };
    },
    writeError(_entry, fault, requestId) {
      const members = fault.exception
        ? (write(fault.exception.shape, fault.members) as object)
        : fault.message === ''
          ? {}
          : { message: fault.message };
      const body = utf8(JSON.stringify({ __type: fault.code, ...members }));
      return { status: fault.status, headers: { ...headers(requestId), 'x-amzn-errortype': fault.code }, body };
    },
  };
}
