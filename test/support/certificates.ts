import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HERE = 'certificates';
const OF_BALANCERS = '../../src/drivers/balancers/testing/certificates';

const read = (file: string, folder = HERE): Buffer => readFileSync(new URL(`${folder}/${file}`, import.meta.url));
const pair = (certificate: string, key = certificate, folder = HERE) => ({
  Certificate: read(`${certificate}.crt.pem`, folder),
  PrivateKey: read(`${key}.test-only.key.pem`, folder),
});

/**
 * What ImportCertificate takes. All are of RSA 2048, self-signed and valid from 2020 to 2120 unless said otherwise; the
 * keys are for tests only, and no one trusts them.
 */
export const CERTIFICATES = {
  /** Of web.example.test and *.web.example.test. */
  web: pair('web'),
  /** Of localhost and 127.0.0.1. */
  localhost: pair('localhost'),
  /** Of shop.example.test, signed by `ca`. */
  shop: pair('shop'),
  /** Until 2021. */
  expired: pair('expired', 'web'),
  /** From 2100. */
  future: pair('future', 'web'),
  /** RSA 1024. */
  small: pair('small'),
  ca: read('ca.crt.pem'),
  /** EC prime256v1, of a.test. */
  a: pair('a', 'a', OF_BALANCERS),
} as const;

/** For NODE_EXTRA_CA_CERTS. */
export const LOCALHOST_FILE = fileURLToPath(new URL(`${HERE}/localhost.crt.pem`, import.meta.url));
