import { notServed, validationError } from '../faults.ts';
import type { ListenerRecord } from '../records.ts';
import { checkedSslPolicy, DEFAULT_SSL_POLICY } from './ssl-policies.ts';

type ListenerProtocol = Pick<ListenerRecord, 'protocol' | 'certificateArns' | 'sslPolicy'>;

export interface CertificateInput {
  readonly CertificateArn?: string | undefined;
  readonly IsDefault?: boolean | undefined;
}

interface ListenerInput {
  readonly Protocol?: string | undefined;
  readonly Certificates?: readonly CertificateInput[] | undefined;
  readonly SslPolicy?: string | undefined;
  readonly AlpnPolicy?: readonly string[] | undefined;
  readonly MutualAuthentication?: { readonly Mode?: string | undefined } | undefined;
}

/**
 * What a listener speaks after the input has been taken in.
 *
 * @param current - what it speaks now; `undefined` for a listener that is being made
 * @throws {SSLPolicyNotFoundException} and `ValidationError`
 */
export function changedProtocol(current: ListenerProtocol | undefined, input: ListenerInput): ListenerProtocol {
  const protocol = input.Protocol ?? current?.protocol;
  if (protocol === undefined) throw validationError('A listener protocol must be specified');
  if (protocol !== 'HTTP' && protocol !== 'HTTPS')
    throw validationError(`Listener protocol '${protocol}' must be one of 'HTTP, HTTPS'`);
  refuseUnserved(input);
  return protocol === 'HTTP' ? plain(input) : overTls(current, input);
}

function refuseUnserved({ AlpnPolicy, MutualAuthentication }: ListenerInput): void {
  if (AlpnPolicy?.length) throw validationError('An ALPN policy can only be specified for TLS listeners');
  const mode = MutualAuthentication?.Mode ?? 'off';
  if (mode !== 'off') throw notServed(`Mutual authentication (mode '${mode}')`);
}

function plain(input: ListenerInput): ListenerProtocol {
  if (input.Certificates?.length) throw validationError('Certificates can only be specified for HTTPS listeners');
  if (input.SslPolicy) throw validationError('An SSL policy can only be specified for HTTPS listeners');
  return { protocol: 'HTTP', certificateArns: [] };
}

function overTls(current: ListenerProtocol | undefined, input: ListenerInput): ListenerProtocol {
  const [presentDefault, ...others] = current?.certificateArns ?? [];
  const chosen = input.Certificates?.length ? onlyCertificate(input.Certificates) : presentDefault;
  if (chosen === undefined) throw validationError('A certificate must be specified for HTTPS listeners');
  return {
    protocol: 'HTTPS',
    certificateArns: [chosen, ...others],
    sslPolicy: checkedSslPolicy(input.SslPolicy ?? current?.sslPolicy ?? DEFAULT_SSL_POLICY),
  };
}

/** @throws {ApiError} `ValidationError`: AWS takes one certificate per call. Source: API Reference; wording assumed. */
export function onlyCertificate(certificates: readonly CertificateInput[]): string {
  const [certificate, ...others] = certificates;
  if (others.length > 0)
    throw validationError(`You must specify exactly one certificate; found ${certificates.length}`);
  if (certificate?.IsDefault !== undefined) throw validationError('You cannot set IsDefault on a certificate');
  if (!certificate?.CertificateArn) throw validationError('A certificate ARN must be specified');
  return certificate.CertificateArn;
}
