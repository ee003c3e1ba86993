import type { ListenerObservation } from '../../balancer.ts';
import { Front } from './front.ts';
import type { PortMemory } from './port-memory.ts';
import type { RoutingTable } from './routing.ts';

interface OpenFront {
  readonly front: Front;
  readonly boundPort: number;
  readonly note: string | undefined;
}

/** All open ports, by the port that was asked for. */
export class Fronts {
  readonly #host: string;
  readonly #memory: PortMemory;
  readonly #open = new Map<number, OpenFront>();

  constructor(host: string, memory: PortMemory) {
    this.#host = host;
    this.#memory = memory;
  }

  /** Routes by the new tables at once, then opens the ports that are missing and closes those nobody wants. */
  async apply(tables: readonly RoutingTable[]): Promise<void> {
    const wanted = byPort(tables);
    for (const [port, { front }] of this.#open) front.route(wanted.get(port) ?? []);
    for (const [port, open] of this.#open) {
      if (wanted.has(port)) continue;
      open.front.close(false);
      this.#open.delete(port);
    }
    for (const [port, ofPort] of wanted)
      if (!this.#open.has(port)) this.#open.set(port, await this.#bind(port, ofPort));
  }

  observe(tables: readonly RoutingTable[]): ListenerObservation[] {
    return tables.flatMap(({ listener }) => {
      const open = this.#open.get(listener.port);
      if (!open) return [];
      const { boundPort, note } = open;
      return [{ arn: listener.arn, boundPort, ...(note === undefined ? {} : { note }) }];
    });
  }

  close(): void {
    for (const { front } of this.#open.values()) front.close(true);
    this.#open.clear();
  }

  /** Tries the port remembered for the one asked for, the one asked for, then any free one. */
  async #bind(asked: number, tables: readonly RoutingTable[]): Promise<OpenFront> {
    const remembered = this.#memory.recall(asked);
    const candidates = [...new Set(remembered === undefined ? [asked, 0] : [remembered, asked, 0])];
    let cause = '';
    for (const port of candidates) {
      const front = new Front();
      front.route(tables);
      try {
        const boundPort = await front.listen(this.#host, port);
        if (boundPort !== asked) this.#memory.remember(asked, boundPort);
        else this.#memory.forget(asked);
        return { front, boundPort, note: noteOf(asked, boundPort, cause) };
      } catch (error) {
        cause = (error as NodeJS.ErrnoException).code ?? String(error);
      }
    }
    throw new Error(`no port could be opened on ${this.#host} for listener port ${asked}: ${cause}`);
  }
}

function noteOf(asked: number, bound: number, cause: string): string | undefined {
  if (asked === bound || asked === 0) return undefined;
  if (cause === 'EACCES') return `port ${asked} needs more rights than Teal has; listening on ${bound} instead`;
  if (cause === 'EADDRINUSE') return `port ${asked} is in use by another program; listening on ${bound} instead`;
  return `port ${asked} could not be opened before; listening on ${bound} as then`;
}

function byPort(tables: readonly RoutingTable[]): Map<number, RoutingTable[]> {
  const ports = new Map<number, RoutingTable[]>();
  for (const table of tables) {
    const { port } = table.listener;
    ports.set(port, [...(ports.get(port) ?? []), table]);
  }
  return ports;
}
