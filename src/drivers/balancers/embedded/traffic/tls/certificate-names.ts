import { X509Certificate } from 'node:crypto';

/**
 * The names a certificate is for, lower case: its DNS alternative names, or its common name where it has none.
 *
 * @param pem - the certificate, then its chain
 * @throws when it is not a certificate
 */
export function certificateNames(pem: string): readonly string[] {
  const certificate = new X509Certificate(pem);
  const alternatives = (certificate.subjectAltName ?? '')
    .split(', ')
    .filter((name) => name.startsWith('DNS:'))
    .map((name) => name.slice('DNS:'.length).toLowerCase());
  if (alternatives.length > 0) return alternatives;
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  return commonName === undefined ? [] : [commonName.toLowerCase()];
}

/** `shop.b.test` gives `*.b.test`: a wildcard stands for exactly one label. */
export function wildcardOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? name : `*${name.slice(dot)}`;
}
