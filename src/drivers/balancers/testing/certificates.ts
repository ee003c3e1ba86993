import { readFileSync } from 'node:fs';
import type { CertificateConfig, ListenerTls } from '../balancer.ts';

const read = (file: string): string => readFileSync(new URL(`certificates/${file}`, import.meta.url), 'utf8');

const certificateOf = (name: string): CertificateConfig => ({
  arn: `certificate/${name}`,
  certificate: read(`${name}.crt.pem`),
  privateKey: read(`${name}.test-only.key.pem`),
});

/** For `a.test`, with a P-256 key. */
export const CERTIFICATE_A = certificateOf('a');
/** For `*.b.test`, with an RSA key. */
export const CERTIFICATE_B = certificateOf('b');

/** As of the policy ELBSecurityPolicy-TLS13-1-2-2021-06, with both certificates. */
export const TLS: ListenerTls = {
  certificates: [CERTIFICATE_A, CERTIFICATE_B],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers:
    'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:' +
    'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384',
};
