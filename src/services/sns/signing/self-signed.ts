import { generateKeyPair, randomBytes, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { bitString, der, integer, oid, sequence, time } from './der.ts';

/** PEM. */
export interface SigningKey {
  readonly certificate: string;
  readonly privateKey: string;
}

const COMMON_NAME = 'sns.teal';
const DECADE = 3652 * 86_400_000;

/** Makes an RSA key and the certificate that shows its public half: a tenth of a second, once in a folder's life. */
export async function makeSigningKey(now: Date): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const certificate = selfSigned(privateKey, publicKey, now);
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Node reads certificates and makes none. Source: RFC 5280, 4.1. */
function selfSigned(privateKey: KeyObject, publicKey: KeyObject, now: Date): Buffer {
  const sha256WithRsa = sequence(oid('1.2.840.113549.1.1.11'), der(0x05));
  const name = sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(COMMON_NAME)))));
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    sha256WithRsa,
    name,
    // A day back: whoever checks may have a clock that is behind.
    sequence(time(new Date(now.getTime() - 86_400_000)), time(new Date(now.getTime() + DECADE))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  return sequence(body, sha256WithRsa, bitString(sign('sha256', body, privateKey)));
}
