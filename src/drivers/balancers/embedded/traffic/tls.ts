import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import type { RoutingTable } from './choice.ts';
import type { PeerTls } from './messages.ts';
import { readClientHello } from './tls/client-hello.ts';
import { findTerminator, Terminators, type ListenerTerminators, type TlsNote } from './tls/terminators.ts';

/** Ends TLS for one port, which listeners of several load balancers may share. */
export interface TlsGate {
  /**
   * Shakes hands on a connection that nothing has been read from. A failure is counted for the listener and ends the
   * connection; `established` is then never called.
   */
  accept(socket: Socket, established: Established): void;
  /**
   * New handshakes go by these; open connections are not touched.
   *
   * @returns the certificates that cannot be used and why: the others of their listener are shown in their place, and
   *   a listener that has none left refuses its handshakes
   */
  update(tables: readonly RoutingTable[]): readonly TlsNote[];
  /** Ends the handshakes that are under way. */
  close(): void;
}

export type Established = (socket: TLSSocket, peerTls: PeerTls) => void;

interface Handshake {
  readonly established: Established;
  readonly raw: Socket;
  readonly limit: NodeJS.Timeout;
  /** Set when the client has said which name it wants. */
  chosen?: { readonly of: ListenerTerminators; readonly certificateArn: string };
}

/** From the connection to the end of the handshake, in milliseconds. */
const HANDSHAKE_LIMIT = 10_000;

export const createTlsGate = (): TlsGate => new Gate();

class Gate implements TlsGate {
  readonly #terminators = new Terminators((server) => this.#watch(server));
  /** By the connection's two ends: a `tls.Server` does not say which socket a TLS socket was made from. */
  readonly #handshakes = new Map<string, Handshake>();
  #listeners: readonly ListenerTerminators[] = [];

  update(tables: readonly RoutingTable[]): readonly TlsNote[] {
    const notes: TlsNote[] = [];
    this.#listeners = this.#terminators.compile(tables, notes);
    return notes;
  }

  accept(raw: Socket, established: Established): void {
    const key = endsOf(raw);
    if (key === undefined) return void raw.destroy();
    const limit = setTimeout(() => this.#fail(handshake), HANDSHAKE_LIMIT);
    const handshake: Handshake = { established, raw, limit };
    this.#handshakes.set(key, handshake);
    raw.on('error', () => raw.destroy());
    raw.once('close', () => {
      clearTimeout(limit);
      if (this.#handshakes.get(key) === handshake) this.#handshakes.delete(key);
    });
    this.#readHello(handshake);
  }

  close(): void {
    for (const { raw } of this.#handshakes.values()) raw.destroy();
  }

  /** The bytes are put back for the handshake itself to read. */
  #readHello(handshake: Handshake): void {
    const { raw } = handshake;
    const parts: Buffer[] = [];
    const onReadable = () => {
      const part = raw.read() as Buffer | null;
      if (part === null) return;
      parts.push(part);
      const bytes = Buffer.concat(parts);
      const hello = readClientHello(bytes);
      if (hello.state === 'partial') return;
      raw.off('readable', onReadable);
      raw.unshift(bytes);
      this.#choose(handshake, hello.state === 'whole' ? hello.serverName : '');
    };
    raw.on('readable', onReadable);
    raw.once('end', () => raw.destroy());
  }

  /** What is no TLS at all is left to OpenSSL too, which answers it with the right alert. */
  #choose(handshake: Handshake, serverName: string): void {
    const found = findTerminator(this.#listeners, serverName);
    if (!found) return this.#fail(handshake);
    const { of, terminator } = found;
    handshake.chosen = { of, certificateArn: terminator.certificateArn };
    terminator.server.emit('connection', handshake.raw);
  }

  #watch(server: Server): void {
    server.on('tlsClientError', (_error, socket) => {
      const handshake = this.#of(socket);
      if (handshake) this.#fail(handshake);
      socket.destroy();
    });
    server.on('secureConnection', (socket) => {
      const handshake = this.#of(socket);
      if (!handshake?.chosen) return void socket.destroy();
      const { certificateArn } = handshake.chosen;
      clearTimeout(handshake.limit);
      // As Application Load Balancers: none asked for by the client. RFC 9113 9.2.1 forbids it too.
      socket.disableRenegotiation();
      const { name: cipher } = socket.getCipher();
      const serverName = nameOf(socket);
      handshake.established(socket, { protocol: socket.getProtocol() ?? '', cipher, certificateArn, serverName });
    });
  }

  #of(socket: Socket): Handshake | undefined {
    const key = endsOf(socket);
    return key === undefined ? undefined : this.#handshakes.get(key);
  }

  #fail({ chosen, raw, limit }: Handshake): void {
    clearTimeout(limit);
    // One that said nothing at all is no failure of TLS.
    if (chosen || raw.bytesRead > 0) (chosen?.of ?? this.#listeners[0])?.ledger.clientTlsFailed();
    raw.destroy();
  }
}

/** Unique among the connections of this moment; undefined once the connection is gone. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined {
  if (remotePort === undefined) return undefined;
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

function nameOf({ servername }: TLSSocket & { readonly servername?: string | false | null }): string {
  return typeof servername === 'string' ? servername.toLowerCase() : '';
}
