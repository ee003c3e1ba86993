import { XmlCodec } from '@aws-sdk/core/protocols';
import type { Shape } from '../schema.ts';
import type { Fields } from './protocol.ts';

/** Control characters that XML 1.0 cannot hold at all, escaped or not; one would break the client's parser. */
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Writes a structure as one XML element named after it, by the SDK's own codec. */
export type XmlWriter = (shape: Shape, value: Fields, namespace: string) => string;

export function createXmlWriter(): XmlWriter {
  const codecs = new Map<string, XmlCodec>();
  const codecFor = (xmlNamespace: string): XmlCodec => {
    const known = codecs.get(xmlNamespace);
    if (known) return known;
    const timestampFormat = { useTrait: true, default: 5 as const };
    const made = new XmlCodec({ timestampFormat, httpBindings: false, xmlNamespace, serviceNamespace: '' });
    codecs.set(xmlNamespace, made);
    return made;
  };
  return (shape, value, namespace) => {
    // The serializer keeps what was written until flush, so nothing may be awaited in between.
    const serializer = codecFor(namespace).createSerializer();
    serializer.write(shape, value);
    return String(serializer.flush()).replace(UNWRITABLE, '\ufffd');
  };
}

export const escapeXml = (text: string): string =>
  text
    .replace(UNWRITABLE, '\ufffd')
    .replace(/[&<>]/g, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;'));
