import type { HookLog, PortFault, Route, ServiceView, TargetGroupView } from '../ports.ts';

/** One look at a part of the world: what was seen, or why nothing was. */
export type Seen<T> =
  | { readonly is: 'seen'; readonly value: T }
  | { readonly is: 'fault'; readonly fault: PortFault; readonly message: string };

/** The world at one moment, as the ports show it. */
export interface Observed {
  readonly service: Seen<ServiceView>;
  /** By name; one that does not exist is not there. */
  readonly targetGroups: Seen<Readonly<Record<string, TargetGroupView>>>;
  readonly production: Seen<readonly Route[]>;
  readonly test?: Seen<readonly Route[]>;
  /** The configured alarms in ALARM; absent when this was no moment to ask. */
  readonly alarms?: Seen<readonly string[]>;
  /** Of the hook that runs; absent when nobody needs it. */
  readonly hookLog?: Seen<HookLog | undefined>;
  /** Stage hooks whose functions are being called right now, by id. */
  readonly calling?: readonly string[];
}

export const seen = <T>(value: T): Seen<T> => ({ is: 'seen', value });

/** An observation without a fault in what every step needs. */
export interface Clear {
  readonly service: ServiceView;
  readonly targetGroups: Readonly<Record<string, TargetGroupView>>;
  readonly production: readonly Route[];
  readonly test: readonly Route[];
}
