import type { KeyUsageName } from '@aws-sdk/client-acm';
import { elements, oid, TAG, type Element } from './der.ts';

/** What `node:crypto` does not tell of a certificate. */
export interface X509Parts {
  /** 3 for any certificate with extensions. */
  readonly version: number;
  /** As ACM names it, such as `SHA256WITHRSA`; the identifier of one that has no such name. */
  readonly signatureAlgorithm: string;
  readonly keyUsages: readonly KeyUsageName[];
}

const SIGNATURES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'SHA1WITHRSA',
  '1.2.840.113549.1.1.11': 'SHA256WITHRSA',
  '1.2.840.113549.1.1.12': 'SHA384WITHRSA',
  '1.2.840.113549.1.1.13': 'SHA512WITHRSA',
  '1.2.840.10045.4.3.2': 'SHA256WITHECDSA',
  '1.2.840.10045.4.3.3': 'SHA384WITHECDSA',
  '1.2.840.10045.4.3.4': 'SHA512WITHECDSA',
};

/** By bit, the first one first. Source: RFC 5280, 4.2.1.3. */
const USAGES: readonly KeyUsageName[] = [
  'DIGITAL_SIGNATURE',
  'NON_REPUDIATION',
  'KEY_ENCIPHERMENT',
  'DATA_ENCIPHERMENT',
  'KEY_AGREEMENT',
  'CERTIFICATE_SIGNING',
  'CRL_SIGNING',
  'ENCIPHER_ONLY',
  'DECIPHER_ONLY',
];
const KEY_USAGE = '2.5.29.15';

/** @param raw - the certificate as DER @throws {RangeError} when it is none */
export function x509Parts(raw: Buffer): X509Parts {
  const [outer] = elements(raw);
  const [body, signature] = outer ? elements(outer.content) : [];
  const fields = body ? elements(body.content) : [];
  const identifier = signature && elements(signature.content).find(({ tag }) => tag === TAG.oid);
  const algorithm = identifier ? oid(identifier.content) : '';
  return {
    version: 1 + (inside(fields, TAG.version)?.[0]?.content.at(-1) ?? 0),
    signatureAlgorithm: SIGNATURES[algorithm] ?? algorithm,
    keyUsages: keyUsages(inside(fields, TAG.extensions)?.[0]),
  };
}

const inside = (fields: readonly Element[], tag: number): Element[] | undefined => {
  const field = fields.find((candidate) => candidate.tag === tag);
  return field && elements(field.content);
};

function keyUsages(extensions: Element | undefined): KeyUsageName[] {
  const all = extensions ? elements(extensions.content).map(({ content }) => elements(content)) : [];
  const found = all.find(([name]) => name?.tag === TAG.oid && oid(name.content) === KEY_USAGE);
  const value = found?.find(({ tag }) => tag === TAG.octetString);
  const bits = value && elements(value.content).find(({ tag }) => tag === TAG.bitString);
  // The first byte of a bit string counts the bits that its last one does not use.
  const bytes = bits?.content.subarray(1) ?? Buffer.alloc(0);
  return USAGES.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}
