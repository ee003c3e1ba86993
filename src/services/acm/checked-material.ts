import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { validationException } from './faults.ts';
import { keyAlgorithm } from './read-certificate.ts';
import { x509Parts } from './x509-parts.ts';

/** A certificate, its key and its chain. PEM, each block as Node writes it. */
export interface Material {
  readonly certificate: string;
  readonly chain?: string;
  readonly privateKey: string;
}

/**
 * Reads what is to be imported and makes sure that it fits together.
 *
 * @param now - epoch milliseconds, to refuse what is not valid yet or no longer
 * @throws {ValidationException} Source: API Reference, ImportCertificate, and AWS's list of import errors; wordings of
 * what that list does not quote are assumed
 */
export function checkedMaterial(input: Material, now: number): Material {
  const x509 = checkedCertificate(input.certificate);
  const key = checkedPair(x509, input.privateKey);
  if (now < Date.parse(x509.validFrom)) throw validationException('The certificate is not valid yet.');
  if (now > Date.parse(x509.validTo)) throw validationException('The certificate has expired.');
  const chain = input.chain === undefined ? [] : checkedChain(x509, input.chain);
  if (chain.length === 0 && !isSelfSigned(x509))
    throw validationException(
      'Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or certificate chain.',
    );
  return material(x509, chain, key);
}

/** The same of files, which also may be out of date and without a chain: they are what their owner has. */
export function fileMaterial(bundle: string, privateKey: string): Material {
  const [first = '', ...others] = pemBlocks(bundle);
  const x509 = checkedCertificate(first);
  const key = checkedPair(x509, privateKey);
  return material(x509, others.length === 0 ? [] : checkedChain(x509, others.join('\n')), key);
}

const material = (x509: X509Certificate, chain: readonly X509Certificate[], key: KeyObject): Material => ({
  certificate: x509.toString(),
  ...(chain.length > 0 && { chain: chain.map((link) => link.toString()).join('') }),
  privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
});

function checkedCertificate(pem: string): X509Certificate {
  const blocks = pemBlocks(pem);
  if (blocks.length > 1)
    throw validationException(
      'The certificate field contains more than one certificate. You can specify only one certificate in this field.',
    );
  const x509 = parsed(blocks[0]);
  if (!x509) throw validationException('Unable to parse certificate. Please ensure the certificate is in PEM format.');
  if (x509Parts(x509.raw).version < 3)
    throw validationException('The certificate must be an X.509 version 3 certificate.');
  if (!x509.issuer) throw validationException('The issuer of the certificate must not be empty.');
  return x509;
}

function checkedPair(x509: X509Certificate, pem: string): KeyObject {
  const key = readKey(pem);
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec')
    throw validationException('The private key is not supported.');
  if (!keyAlgorithm(key)) throw validationException('The private key length is not supported for key algorithm.');
  if (!x509.checkPrivateKey(key)) throw validationException('The private key does not match the certificate.');
  return key;
}

function readKey(pem: string): KeyObject {
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem))
    throw validationException('The private key must not be encrypted with a passphrase.');
  try {
    return createPrivateKey(pem);
  } catch {
    // What OpenSSL says may quote the key.
    throw validationException('Unable to parse private key. Please ensure the private key is in PEM format.');
  }
}

function checkedChain(leaf: X509Certificate, pem: string): X509Certificate[] {
  const chain = pemBlocks(pem).map(parsed);
  if (chain.length === 0 || chain.includes(undefined))
    throw validationException(
      'Unable to parse certificate chain. Please ensure the certificate chain is in PEM format.',
    );
  const links = chain.filter((link) => link !== undefined);
  let below = leaf;
  for (const link of links) {
    if (link.fingerprint256 === leaf.fingerprint256 || !certifies(link, below))
      throw validationException('Could not validate the certificate with the certificate chain.');
    below = link;
  }
  return links;
}

/** Its own key usage need not allow signing. */
const isSelfSigned = (x509: X509Certificate): boolean => x509.subject === x509.issuer && x509.verify(x509.publicKey);

const certifies = (issuer: X509Certificate, subject: X509Certificate): boolean =>
  subject.checkIssued(issuer) && subject.verify(issuer.publicKey);

const pemBlocks = (text: string): readonly string[] =>
  text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];

function parsed(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
