import type { RoutingTable } from './choice.ts';
import type { IdleWatch } from './idle-watch.ts';
import type { ClientStream } from './messages.ts';

/** What a client's connection needs of the port that it came in by. */
export interface ClientContext {
  /** Of the port's listeners, as they are now, the oldest first. */
  readonly tables: readonly RoutingTable[];
  readonly watch: IdleWatch;
  /** Gives a request away, to be answered. */
  take(stream: ClientStream): void;
  /** Gives away a request that no rule may see, to be answered with the status. */
  refuse(stream: ClientStream, status: number): void;
}

/** One client's connection, while it speaks HTTP. It ends by itself when its socket closes. */
export interface ClientSession {
  /** Ends with the next answer, or when it has been idle: a client must not meet a connection that just closes. */
  retire(): void;
  /** Ends now if nothing is being answered; otherwise with the answer. */
  endIfIdle?(): void;
  destroy(): void;
}
