import { createHash, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:tls';
import type { CertificateConfig, ListenerConfig, ListenerTls } from '../../../balancer.ts';
import type { Ledger, RoutingTable } from '../choice.ts';
import { certificateNames, wildcardOf } from './certificate-names.ts';

/** What ends TLS for one certificate of one listener: everything of a handshake is settled by which of them is asked. */
export interface Terminator {
  readonly certificateArn: string;
  readonly names: readonly string[];
  /** Never listens: sockets are given to it. */
  readonly server: Server;
}

/** One listener's, the default certificate's first; empty where no certificate of it can be used. */
export interface ListenerTerminators {
  readonly listener: ListenerConfig;
  readonly ledger: Ledger;
  readonly terminators: readonly Terminator[];
}

/** Why a certificate of a listener is not shown to anybody. */
export interface TlsNote {
  readonly listenerArn: string;
  readonly note: string;
}

type ListenerWithTls = ListenerConfig & { readonly tls: ListenerTls };
const TICKET_KEYS = 48;

/** The terminators of a port, kept for as long as a listener has the same certificate and the same rules for TLS. */
export class Terminators {
  readonly #prepare: (server: Server) => void;
  #kept = new Map<string, Terminator>();
  #tickets = new Map<string, Buffer>();

  /** @param prepare - is given every new server once */
  constructor(prepare: (server: Server) => void) {
    this.#prepare = prepare;
  }

  /** Those replaced are only forgotten: connections made with them go on. */
  compile(tables: readonly RoutingTable[], notes: TlsNote[]): readonly ListenerTerminators[] {
    const before = this.#kept;
    const tickets = this.#tickets;
    this.#kept = new Map();
    this.#tickets = new Map();
    return tables.flatMap(({ listener, ledger }) => {
      if (!hasTls(listener)) return [];
      // A client may resume at a listener whose certificate was replaced, but at no other listener.
      this.#tickets.set(listener.arn, tickets.get(listener.arn) ?? randomBytes(TICKET_KEYS));
      const terminators = listener.tls.certificates.flatMap((certificate) => {
        try {
          return [this.#keep(before, listener, certificate)];
        } catch (error) {
          notes.push({ listenerArn: listener.arn, note: noteOf(certificate, error) });
          return [];
        }
      });
      return [{ listener, ledger, terminators }];
    });
  }

  #keep(
    before: ReadonlyMap<string, Terminator>,
    listener: ListenerWithTls,
    certificate: CertificateConfig,
  ): Terminator {
    const key = keyOf(listener, certificate);
    const terminator = this.#kept.get(key) ?? before.get(key) ?? this.#create(listener, certificate);
    this.#kept.set(key, terminator);
    return terminator;
  }

  /** @throws when the certificate or its key cannot be used */
  #create({ arn, tls, http }: ListenerWithTls, { arn: certificateArn, ...pem }: CertificateConfig): Terminator {
    // OpenSSL notices by itself only where both are of one kind, such as RSA.
    if (!new X509Certificate(pem.certificate).checkPrivateKey(createPrivateKey(pem.privateKey)))
      throw new Error('the private key is that of another certificate');
    const server = createServer({
      cert: pem.certificate,
      key: pem.privateKey,
      minVersion: tls.minVersion,
      maxVersion: tls.maxVersion,
      ciphers: ciphersOf(tls),
      ALPNProtocols: http.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
      ticketKeys: this.#tickets.get(arn),
    });
    this.#prepare(server);
    return { certificateArn, names: certificateNames(pem.certificate), server };
  }
}

/**
 * Finds who ends TLS for a name: the load balancer that is called so, then the certificate for exactly that name, then
 * one by wildcard, of the first listener that has one; else the first listener's default.
 *
 * @param serverName - lower case; empty where the client names none
 */
export function findTerminator(
  all: readonly ListenerTerminators[],
  serverName: string,
): { readonly of: ListenerTerminators; readonly terminator: Terminator } | undefined {
  const called = all.find(({ listener }) => listener.hosts.includes(serverName));
  const candidates = called ? [called] : all;
  for (const name of [serverName, wildcardOf(serverName)]) {
    for (const of of candidates) {
      const terminator = of.terminators.find(({ names }) => names.includes(name));
      if (terminator) return { of, terminator };
    }
  }
  const [of] = candidates;
  const terminator = of?.terminators[0];
  return of && terminator && { of, terminator };
}

const hasTls = (listener: ListenerConfig): listener is ListenerWithTls => listener.tls !== undefined;

/** OpenSSL 3 refuses TLS 1.0 and 1.1 altogether unless its security level is 0. */
function ciphersOf({ minVersion, ciphers }: ListenerTls): string {
  const old = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  return old && !ciphers.includes('@SECLEVEL') ? `${ciphers}:@SECLEVEL=0` : ciphers;
}

function keyOf({ arn, tls, http }: ListenerWithTls, certificate: CertificateConfig): string {
  const { minVersion, maxVersion, ciphers } = tls;
  const everything = JSON.stringify([arn, minVersion, maxVersion, ciphers, http.http2, certificate]);
  return createHash('sha256').update(everything).digest('base64');
}

/** OpenSSL's errors name what is wrong and never the key itself. */
const noteOf = ({ arn }: CertificateConfig, error: unknown): string =>
  `certificate '${arn}' cannot be used: ${error instanceof Error ? error.message : String(error)}`;
