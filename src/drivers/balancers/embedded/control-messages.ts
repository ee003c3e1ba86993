import type { BalancerConfig, BalancerObservation } from '../balancer.ts';

/** What a driver asks of the balancer process: JSON lines over a Unix socket. */
export type ControlRequest = { readonly id: number } & (
  | { readonly do: 'drive' }
  | { readonly do: 'apply'; readonly config: BalancerConfig }
  | { readonly do: 'observe' }
  | ({ readonly do: 'replace' } & Replacement)
  | { readonly do: 'stop' }
);

/** The program that a process is to hand its sockets to. */
export interface Replacement {
  readonly entry: string;
  /** The Node that runs it. */
  readonly execPath: string;
}

/** Who answers: enough to see whether the process is the one wanted. */
export interface ProcessInfo {
  readonly pid: number;
  readonly host: string;
  /** Of its program: see `buildOf`. */
  readonly build: string;
  /** For people. */
  readonly version: string;
}

export type ControlReply =
  | { readonly id: number; readonly ok: true; readonly value: BalancerObservation | ProcessInfo | null }
  | { readonly id: number; readonly ok: false; readonly error: string }
  /** Health, in-flight counts of draining targets, or listeners may have changed. */
  | { readonly event: 'changed' }
  /** Another driver has taken the balancer over; nothing more from this one is obeyed. */
  | { readonly event: 'taken-over' };
