import { X509Certificate, type KeyObject } from 'node:crypto';
import type { ExtendedKeyUsageName, KeyAlgorithm } from '@aws-sdk/client-acm';
import { x509Parts, type X509Parts } from './x509-parts.ts';

/** What ACM shows of a certificate. Instants are epoch milliseconds. */
export interface CertificateFacts extends X509Parts {
  /** The common name where it is a name of the certificate's, else the first name. */
  readonly domainName: string;
  readonly domains: readonly string[];
  readonly subject: string;
  readonly issuer: string;
  /** Pairs of hexadecimal digits with colons between. */
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly keyAlgorithm: KeyAlgorithm | undefined;
  readonly extendedKeyUsages: readonly { readonly Name: ExtendedKeyUsageName; readonly OID: string }[];
}

const EXTENDED_USAGES: Readonly<Record<string, ExtendedKeyUsageName>> = {
  '2.5.29.37.0': 'ANY',
  '1.3.6.1.5.5.7.3.1': 'TLS_WEB_SERVER_AUTHENTICATION',
  '1.3.6.1.5.5.7.3.2': 'TLS_WEB_CLIENT_AUTHENTICATION',
  '1.3.6.1.5.5.7.3.3': 'CODE_SIGNING',
  '1.3.6.1.5.5.7.3.4': 'EMAIL_PROTECTION',
  '1.3.6.1.5.5.7.3.5': 'IPSEC_END_SYSTEM',
  '1.3.6.1.5.5.7.3.6': 'IPSEC_TUNNEL',
  '1.3.6.1.5.5.7.3.7': 'IPSEC_USER',
  '1.3.6.1.5.5.7.3.8': 'TIME_STAMPING',
  '1.3.6.1.5.5.7.3.9': 'OCSP_SIGNING',
};

/** @throws when the text is no PEM certificate */
export function readCertificate(pem: string): CertificateFacts {
  const x509 = new X509Certificate(pem);
  const subject = attributes(x509.subject);
  const issuer = attributes(x509.issuer);
  const common = subject.find(([name]) => name === 'CN')?.[1];
  const names = dnsNames(x509.subjectAltName);
  const domains = names.length > 0 || common === undefined ? names : [common];
  return {
    ...x509Parts(x509.raw),
    domainName: common !== undefined && domains.includes(common) ? common : (domains[0] ?? ''),
    domains,
    subject: subject.map((pair) => pair.join('=')).join(','),
    issuer: (issuer.find(([name]) => name === 'O') ?? issuer.find(([name]) => name === 'CN'))?.[1] ?? '',
    serial: (x509.serialNumber.toLowerCase().match(/../g) ?? []).join(':'),
    notBefore: Date.parse(x509.validFrom),
    notAfter: Date.parse(x509.validTo),
    keyAlgorithm: keyAlgorithm(x509.publicKey),
    extendedKeyUsages: extendedUsages(x509),
  };
}

/** The kinds of key that ACM takes. */
export function keyAlgorithm(key: KeyObject): KeyAlgorithm | undefined {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType === 'rsa' ? modulusLength : namedCurve) {
    case 1024:
      return 'RSA_1024';
    case 2048:
      return 'RSA_2048';
    case 3072:
      return 'RSA_3072';
    case 4096:
      return 'RSA_4096';
    case 'prime256v1':
      return 'EC_prime256v1';
    case 'secp384r1':
      return 'EC_secp384r1';
    case 'secp521r1':
      return 'EC_secp521r1';
    default:
      return undefined;
  }
}

/** Node gives one `NAME=VALUE` per line. */
const attributes = (name: string | undefined): [name: string, value: string][] =>
  (name ?? '').split('\n').flatMap((line) => {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value]];
  });

/** Of `DNS:a.example, DNS:*.b.example, IP Address:127.0.0.1`. */
const dnsNames = (alternatives: string | undefined): string[] =>
  (alternatives ?? '').split(', ').flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : []));

const extendedUsages = ({ keyUsage }: X509Certificate): CertificateFacts['extendedKeyUsages'] =>
  // Absent, whatever its type says, where the certificate has no such extension.
  ((keyUsage as string[] | undefined) ?? []).map((OID) => ({ Name: EXTENDED_USAGES[OID] ?? 'CUSTOM', OID }));
