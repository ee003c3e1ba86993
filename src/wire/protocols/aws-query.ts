import type { Exception, Operation } from '../model.ts';
import { kindOf, membersOf, structure, textShape, type Shape } from '../schema.ts';
import { utf8, type Protocol } from './protocol.ts';
import { QUERY_BODY_BYTES, resolveAction } from './query-action.ts';
import { awsQueryDialect } from './query-reader.ts';
import { createXmlWriter, escapeXml, type XmlWriter } from './xml-writer.ts';

/** awsQuery: a form in, XML with `…Response/…Result` out. */
export function awsQuery(): Protocol {
  const writeXml = createXmlWriter();
  const envelopes = new WeakMap<Operation, Shape>();
  const envelopeOf = (operation: Operation): Shape => {
    const made = envelopes.get(operation) ?? envelope(operation);
    envelopes.set(operation, made);
    return made;
  };
  const headers = (requestId: string) => ({ 'content-type': 'text/xml', 'x-amzn-requestid': requestId });
  return {
    maxBodyBytes: QUERY_BODY_BYTES,
    unsupportedCode: 'InvalidAction',
    malformedCode: awsQueryDialect.malformedCode,
    resolve: (spoken, request, body) => resolveAction(spoken, request, body, awsQueryDialect),
    write({ entry }, operation, output, requestId) {
      const answer = { [`${operation.name}Result`]: output, ResponseMetadata: { RequestId: requestId } };
      const xml = writeXml(envelopeOf(operation), answer, entry.xmlNamespace);
      return { status: 200, headers: headers(requestId), body: utf8(xml) };
    },
    writeError(entry, fault, requestId) {
      const type = fault.side === 'client' ? 'Sender' : 'Receiver';
      const extra = fault.exception ? exceptionMembers(writeXml, fault.exception, fault.members) : '';
      const error = `<Type>${type}</Type><Code>${escapeXml(fault.queryCode)}</Code><Message>${escapeXml(fault.message)}</Message>${extra}`;
      const namespace = entry ? ` xmlns="${entry.xmlNamespace}"` : '';
      const xml = `<ErrorResponse${namespace}><Error>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
      return { status: fault.queryStatus, headers: headers(requestId), body: utf8(xml) };
    },
  };
}

/** AWS keeps an empty result element where an operation has an output, and none where it has not. */
function envelope({ name, output }: Operation): Shape {
  const metadata = structure('ResponseMetadata', [{ name: 'RequestId', of: textShape() }]);
  const result = kindOf(output) === 'unit' ? [] : [{ name: `${name}Result`, of: output }];
  return structure(`${name}Response`, [...result, { name: 'ResponseMetadata', of: metadata }]);
}

/** What an exception carries beside its message, as elements beside it. */
function exceptionMembers(
  writeXml: XmlWriter,
  exception: Exception,
  members: Readonly<Record<string, unknown>>,
): string {
  const kept = membersOf(exception.shape).filter(({ name }) => name !== exception.messageMember);
  if (!kept.some(({ name }) => members[name] != null)) return '';
  const shape = structure(
    'Members',
    kept.map(({ name, shape: of }) => ({ name, of })),
  );
  return writeXml(shape, members, '').replace(/^<Members[^>]*>|<\/Members>$/g, '');
}
