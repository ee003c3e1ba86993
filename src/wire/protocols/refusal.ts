import { cbor } from '@smithy/core/cbor';
import type { Fault } from '../fault.ts';
import type { WireResponse } from '../request.ts';
import { utf8 } from './protocol.ts';
import { escapeXml } from './xml-writer.ts';

/** Says no in a protocol that Teal does not speak, so that the client can show why. */
export type Refusal = (fault: Fault, requestId: string) => WireResponse;

export const refuseInCbor: Refusal = (fault, requestId) => ({
  status: fault.status,
  headers: {
    'smithy-protocol': 'rpc-v2-cbor',
    'content-type': 'application/cbor',
    'x-amzn-requestid': requestId,
  },
  body: new Uint8Array(cbor.serialize({ __type: fault.code, message: fault.message })),
});

export const refuseAsS3: Refusal = (fault, requestId) => {
  const error = `<Code>${escapeXml(fault.code)}</Code><Message>${escapeXml(fault.message)}</Message><RequestId>${requestId}</RequestId>`;
  return {
    status: fault.status,
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId, 'x-amzn-requestid': requestId },
    body: utf8(`<?xml version="1.0" encoding="UTF-8"?>\n<Error>${error}</Error>`),
  };
};
