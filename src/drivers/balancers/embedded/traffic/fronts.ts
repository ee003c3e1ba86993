import type { ListenerConfig, ListenerObservation } from '../../balancer.ts';
import { Door } from './door.ts';
import { Front } from './front.ts';
import type { PortKey, PortMemory } from './port-memory.ts';
import type { RoutingTable } from './choice.ts';

/** A port that clients connect to. */
export interface OpenPort {
  readonly key: PortKey;
  readonly door: Door;
  /** Why it is not the port that was asked for. */
  readonly note: string | undefined;
}

interface OpenFront extends OpenPort {
  readonly front: Front;
}

/** All open ports, by the port that was asked for and whether it speaks TLS. */
export class Fronts {
  readonly #host: string;
  readonly #memory: PortMemory;
  readonly #open = new Map<PortKey, OpenFront>();
  /** Ports of an earlier process that nobody serves yet. */
  readonly #inherited: Map<PortKey, OpenPort>;
  /** Fronts that take no new connection; of a door that was closed until its last one has ended. */
  readonly #retiring = new Set<Front>();
  readonly #closing = new Set<Promise<void>>();
  /** What is wrong with a listener's certificates, by its ARN. */
  readonly #notes = new Map<string, string>();
  #retired = false;

  constructor(host: string, memory: PortMemory, inherited: readonly OpenPort[] = []) {
    this.#host = host;
    this.#memory = memory;
    this.#inherited = new Map(inherited.map((port) => [port.key, port]));
  }

  /** Routes by the new tables at once, then opens the ports that are missing and closes those nobody wants. */
  async apply(tables: readonly RoutingTable[]): Promise<void> {
    const wanted = byKey(tables);
    this.#notes.clear();
    for (const [key, { front }] of this.#open) this.#route(front, wanted.get(key) ?? []);
    for (const [key, open] of this.#open) if (!wanted.has(key)) this.#leave(open, wanted);
    if (this.#retired) return;
    for (const [key, ofPort] of wanted)
      if (!this.#open.has(key)) this.#serve(await this.#bind(key, ofPort[0]?.listener.port ?? 0), ofPort);
  }

  observe(tables: readonly RoutingTable[]): ListenerObservation[] {
    return tables.flatMap(({ listener }) => {
      const open = this.#open.get(keyOf(listener));
      if (!open) return [];
      const notes = [open.note, this.#notes.get(listener.arn)].filter((note) => note !== undefined);
      return [{ arn: listener.arn, boundPort: open.door.port, ...(notes.length > 0 && { note: notes.join('; ') }) }];
    });
  }

  /** For a process that goes on with them. */
  ports(): readonly OpenPort[] {
    return [...this.#open.values()];
  }

  /** Takes no new connection from now on; resolves when the last one has ended. */
  async retire(): Promise<void> {
    this.#retired = true;
    for (const open of this.#open.values()) this.#end(open);
    await Promise.all(this.#closing);
  }

  /** Cuts every connection that is not in the middle of an answer: nobody is there to route another request. */
  closeIdle(): void {
    for (const front of this.#fronts()) front.close(false);
  }

  close(): void {
    for (const { door } of this.#open.values()) void door.close();
    for (const front of this.#fronts()) front.close(true);
    this.#open.clear();
  }

  #fronts(): Set<Front> {
    return new Set([...this.#retiring, ...[...this.#open.values()].map(({ front }) => front)]);
  }

  /** A port that nobody wants is closed; one that changes to TLS or back keeps its socket. */
  #leave(open: OpenFront, wanted: ReadonlyMap<PortKey, unknown>): void {
    this.#open.delete(open.key);
    const other = otherProtocol(open.key);
    if (this.#retired || !wanted.has(other) || this.#open.has(other)) return this.#end(open);
    open.front.retire();
    this.#retiring.add(open.front);
    this.#inherited.set(other, { ...open, key: other });
    this.#memory.forget(open.key);
    if (open.note !== undefined) this.#memory.remember(other, open.door.port);
  }

  #end({ front, door }: OpenFront): void {
    if (this.#retiring.has(front)) return;
    front.retire();
    this.#retiring.add(front);
    const closed = door.close().then(() => {
      this.#retiring.delete(front);
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }

  #serve(port: OpenPort, tables: readonly RoutingTable[]): void {
    const front = new Front();
    this.#route(front, tables);
    port.door.serve((socket) => front.accept(socket));
    this.#open.set(port.key, { ...port, front });
  }

  #route(front: Front, tables: readonly RoutingTable[]): void {
    for (const { listenerArn, note } of front.route(tables)) this.#notes.set(listenerArn, note);
  }

  /** Tries the port remembered for the one asked for, the one asked for, then any free one. */
  async #bind(key: PortKey, asked: number): Promise<OpenPort> {
    const inherited = this.#inherited.get(key);
    this.#inherited.delete(key);
    if (inherited) return inherited;
    const remembered = this.#memory.recall(key);
    const candidates = [...new Set(remembered === undefined ? [asked, 0] : [remembered, asked, 0])];
    let cause = '';
    for (const port of candidates) {
      try {
        const door = await Door.open(this.#host, port);
        if (door.port !== asked) this.#memory.remember(key, door.port);
        else this.#memory.forget(key);
        return { key, door, note: this.#noteOf(asked, door.port, cause) };
      } catch (error) {
        cause = (error as NodeJS.ErrnoException).code ?? String(error);
      }
    }
    throw new Error(`no port could be opened on ${this.#host} for listener port ${asked}: ${cause}`);
  }

  #noteOf(asked: number, bound: number, cause: string): string | undefined {
    if (asked === bound || asked === 0) return undefined;
    const own = [...this.#open.values()].find(({ door }) => door.port === asked);
    if (own) {
      const speaks = typeof own.key === 'number' ? 'plain HTTP' : 'TLS';
      return `port ${asked} speaks ${speaks} for another listener; listening on ${bound} instead`;
    }
    if (cause === 'EACCES') return `port ${asked} needs more rights than Teal has; listening on ${bound} instead`;
    if (cause === 'EADDRINUSE') return `port ${asked} is in use by another program; listening on ${bound} instead`;
    return `port ${asked} could not be opened before; listening on ${bound} as then`;
  }
}

const keyOf = ({ port, tls }: ListenerConfig): PortKey => (tls ? `tls:${port}` : port);

const otherProtocol = (key: PortKey): PortKey => (typeof key === 'number' ? `tls:${key}` : Number(key.slice(4)));

function byKey(tables: readonly RoutingTable[]): Map<PortKey, RoutingTable[]> {
  const ports = new Map<PortKey, RoutingTable[]>();
  for (const table of tables) {
    const key = keyOf(table.listener);
    ports.set(key, [...(ports.get(key) ?? []), table]);
  }
  return ports;
}
