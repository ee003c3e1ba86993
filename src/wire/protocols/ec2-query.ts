import type { Operation } from '../model.ts';
import { booleanShape, kindOf, membersOf, structure, textShape, type Shape } from '../schema.ts';
import { utf8, type Protocol } from './protocol.ts';
import { QUERY_BODY_BYTES, resolveAction } from './query-action.ts';
import { ec2QueryDialect } from './query-reader.ts';
import { createXmlWriter, escapeXml } from './xml-writer.ts';

const PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** ec2Query: a form in, XML out in which the result stands beside the request id. */
export function ec2Query(): Protocol {
  const writeXml = createXmlWriter();
  const envelopes = new WeakMap<Operation, Shape>();
  const envelopeOf = (operation: Operation): Shape => {
    const made = envelopes.get(operation) ?? envelope(operation);
    envelopes.set(operation, made);
    return made;
  };
  const answer = (status: number, xml: string, requestId: string) => ({
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: utf8(`${PROLOG}${xml}`),
  });
  return {
    maxBodyBytes: QUERY_BODY_BYTES,
    unsupportedCode: 'UnsupportedOperation',
    malformedCode: ec2QueryDialect.malformedCode,
    resolve: (spoken, request, body) => resolveAction(spoken, request, body, ec2QueryDialect),
    write({ entry }, operation, output, requestId) {
      const nothing = kindOf(operation.output) === 'unit';
      const value = { ...(nothing ? { return: true } : output), requestId };
      return answer(200, writeXml(envelopeOf(operation), value, entry.xmlNamespace), requestId);
    },
    writeError(_entry, fault, requestId) {
      const error = `<Error><Code>${escapeXml(fault.queryCode)}</Code><Message>${escapeXml(fault.message)}</Message></Error>`;
      const xml = `<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`;
      return answer(fault.queryStatus, xml, requestId);
    },
  };
}

function envelope({ name, output }: Operation): Shape {
  const result =
    kindOf(output) === 'unit'
      ? [{ name: 'return', of: booleanShape() }]
      : membersOf(output).map((member) => ({ name: member.name, of: member.shape }));
  return structure(`${name}Response`, [{ name: 'requestId', of: textShape() }, ...result]);
}
