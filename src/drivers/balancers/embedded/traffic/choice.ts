import type { ListenerConfig, RuleAction } from '../../balancer.ts';
import type { ExchangeReport, Peer, RequestHead, TargetConnector } from './messages.ts';

/** A listener made ready for matching. */
export interface RoutingTable {
  readonly listener: ListenerConfig;
  readonly ledger: Ledger;
  /** The first rule whose conditions all hold; the default rule always does. */
  match(head: RequestHead, peer: Peer): MatchedRule;
}

export interface MatchedRule {
  readonly arn: string;
  readonly priority: number;
  readonly route: Route;
}

/** What to do with a request. */
export type Route =
  { readonly type: 'forward'; choose(head: RequestHead): Choice } | Exclude<RuleAction, { readonly type: 'forward' }>;

/** Where one request goes. */
export interface Choice {
  /** Undefined where no group has weight, or the group is gone. */
  readonly targetGroupArn: string | undefined;
  readonly protocol: 'http' | 'https';
  readonly version: 'HTTP1' | 'HTTP2' | 'GRPC';
  /** Undefined where nothing is registered. */
  readonly target: PickedTarget | undefined;
  /** Whether a target may still be given this request. */
  isRoutable(target: PickedTarget): boolean;
  /** A target not tried yet, for a request whose connection failed. */
  another(tried: ReadonlySet<PickedTarget>): PickedTarget | undefined;
  /** `Set-Cookie` values for stickiness, of the answer that a target gave. @param headers - the target's own */
  cookies(target: PickedTarget, headers: readonly string[]): readonly string[];
}

/** A target as an exchange sees it. */
export interface PickedTarget {
  /** `HOST:PORT`, as access logs show it. */
  readonly address: string;
  readonly connector: TargetConnector;
  /** A request was sent there, and has ended; between the two it is in flight. */
  begin(): void;
  end(): void;
}

/** Counts for one load balancer and its groups, and writes its access log. */
export interface Ledger {
  connectionOpened(): void;
  connectionClosed(): void;
  clientTlsFailed(): void;
  /** Every request ends here exactly once, whoever answered it. */
  finished(report: ExchangeReport): void;
}
