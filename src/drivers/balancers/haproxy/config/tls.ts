import { createHash } from 'node:crypto';
import type { CertificateConfig, ListenerConfig, ListenerTls, TlsVersion } from '../../balancer.ts';

const HAPROXY_VERSIONS: Readonly<Record<TlsVersion, string>> = {
  TLSv1: 'TLSv1.0',
  'TLSv1.1': 'TLSv1.1',
  'TLSv1.2': 'TLSv1.2',
  'TLSv1.3': 'TLSv1.3',
};

const certificateFile = ({ certificate, privateKey }: CertificateConfig): string =>
  `${createHash('sha256').update(certificate).update(privateKey).digest('hex').slice(0, 16)}.pem`;
const listFile = (tls: ListenerTls): string =>
  `${createHash('sha256').update(tls.certificates.map(certificateFile).join(' ')).digest('hex').slice(0, 16)}.list`;

/** What a port says of TLS; the first listener on a shared port decides. */
export function bindOptions({ tls, http }: ListenerConfig): string {
  if (!tls) return '';
  const names = tls.ciphers.split(':').filter((name) => name !== '');
  const newer = names.filter((name) => name.startsWith('TLS_'));
  const older = names.filter((name) => !name.startsWith('TLS_'));
  // OpenSSL 3 refuses TLS 1.0 and 1.1 at its default level of security.
  const level = tls.minVersion === 'TLSv1' || tls.minVersion === 'TLSv1.1' ? '@SECLEVEL=0' : undefined;
  const ciphers = level === undefined ? older : [...(older.length ? older : ['DEFAULT']), level];
  return (
    ` ssl crt-list ${listFile(tls)} alpn ${http.http2 ? 'h2,' : ''}http/1.1` +
    ` ssl-min-ver ${HAPROXY_VERSIONS[tls.minVersion]} ssl-max-ver ${HAPROXY_VERSIONS[tls.maxVersion]}` +
    (ciphers.length ? ` ciphers ${ciphers.join(':')}` : '') +
    (newer.length ? ` ciphersuites ${newer.join(':')}` : '')
  );
}

/** Certificates with their keys, and the list of them; the first is shown where no name fits. */
export function tlsFiles(listeners: readonly ListenerConfig[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { tls } of listeners) {
    if (!tls) continue;
    for (const certificate of tls.certificates)
      files[certificateFile(certificate)] = `${certificate.certificate.trim()}\n${certificate.privateKey.trim()}\n`;
    files[listFile(tls)] = tls.certificates.map((certificate) => `${certificateFile(certificate)}\n`).join('');
  }
  return files;
}
