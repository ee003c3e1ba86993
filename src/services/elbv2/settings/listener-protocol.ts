import { notServed, validationError } from '../faults.ts';

interface ListenerInput {
  readonly Protocol?: string | undefined;
  readonly Certificates?: readonly unknown[] | undefined;
  readonly SslPolicy?: string | undefined;
  readonly AlpnPolicy?: readonly string[] | undefined;
  readonly MutualAuthentication?: { readonly Mode?: string | undefined } | undefined;
}

/** @throws {ApiError} `ValidationError` for anything but plain HTTP */
export function refuseUnservedListener(input: ListenerInput): void {
  const { Protocol: protocol = 'HTTP' } = input;
  if (protocol !== 'HTTP' && protocol !== 'HTTPS')
    throw validationError(`Listener protocol '${protocol}' must be one of 'HTTP, HTTPS'`);
  if (protocol === 'HTTPS' && !input.Certificates?.length)
    throw validationError('A certificate must be specified for HTTPS listeners');
  if (protocol === 'HTTPS') throw notServed('A TLS listener (protocol HTTPS)');
  if (input.Certificates?.length) throw validationError('Certificates can only be specified for HTTPS listeners');
  if (input.SslPolicy) throw validationError('An SSL policy can only be specified for HTTPS listeners');
  if (input.AlpnPolicy?.length) throw notServed('An ALPN policy');
  if ((input.MutualAuthentication?.Mode ?? 'off') !== 'off') throw notServed('Mutual authentication');
}
