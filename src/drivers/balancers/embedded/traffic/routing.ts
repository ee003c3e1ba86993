import type { ListenerConfig, RuleAction } from '../../balancer.ts';
import type { Ledger, MatchedRule, RoutingTable } from './choice.ts';
import { splitAuthority } from './http1/authority.ts';
import type { Peer, RequestHead } from './messages.ts';
import type { OwnAnswer } from './pages.ts';
import { compileConditions } from './routing/conditions.ts';
import { compileForward, type FindGroup } from './routing/forward.ts';
import type { CookieSeal } from './stickiness/cookie-seal.ts';

/**
 * Compiles a listener's rules; the groups they name must already be known.
 *
 * @throws {Error} when a condition cannot be compiled, naming the rule
 */
export function compileListener(
  listener: ListenerConfig,
  findGroup: FindGroup,
  ledger: Ledger,
  seal: CookieSeal,
): RoutingTable {
  const rules = listener.rules.map((rule) => {
    try {
      return { matches: compileConditions(rule.conditions), matched: matchedRule(rule, findGroup, seal) };
    } catch (cause) {
      throw new Error(`rule ${rule.arn}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  });
  const fallback = rules.at(-1)?.matched;
  if (!fallback) throw new Error(`listener ${listener.arn} has no default rule`);
  return {
    listener,
    ledger,
    match(head, peer) {
      for (const { matches, matched } of rules) if (matches(head, peer)) return matched;
      return fallback;
    },
  };
}

function matchedRule(rule: ListenerConfig['rules'][number], findGroup: FindGroup, seal: CookieSeal): MatchedRule {
  const { arn, priority, action } = rule;
  return {
    arn,
    priority,
    route: action.type === 'forward' ? compileForward(arn, action, findGroup, seal) : action,
  };
}

/**
 * Tells load balancers on one port apart by the Host they are called by: the whole name, else its first label,
 * else the first listener has it.
 */
export function tableForHost(tables: readonly RoutingTable[], host: string): RoutingTable | undefined {
  if (tables.length < 2) return tables[0];
  const label = firstLabel(host);
  return (
    tables.find(({ listener }) => listener.hosts.includes(host)) ??
    tables.find(({ listener }) => listener.hosts.some((known) => firstLabel(known) === label)) ??
    tables[0]
  );
}

const firstLabel = (host: string): string => host.split('.', 1)[0] ?? '';

export interface Asked {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  /** That of the Host header, else the listener's. */
  readonly port: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

const askedOf = ({ authority, host, path, query = '' }: RequestHead, peer: Peer, listenerPort: number): Asked => ({
  protocol: peer.tls ? 'https' : 'http',
  host,
  port: splitAuthority(authority)?.port ?? String(listenerPort),
  path,
  query,
});

/** Where a redirect leads; the port is always said. Source: ELB User Guide, redirect actions. */
export function redirectLocation(action: Extract<RuleAction, { type: 'redirect' }>, asked: Asked): string {
  const values: Record<string, string> = { ...asked, path: asked.path.replace(/^\//, '') };
  const fill = (text: string) =>
    text.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => values[name] ?? '');
  const query = fill(action.query);
  const scheme = fill(action.protocol).toLowerCase();
  return `${scheme}://${fill(action.host)}:${fill(action.port)}${fill(action.path)}${query === '' ? '' : `?${query}`}`;
}

/** What a rule that does not forward answers with. @param listenerPort - told where the Host header names no port */
export function answerOfRule(
  action: Exclude<RuleAction, { type: 'forward' }>,
  head: RequestHead,
  peer: Peer,
  listenerPort: number,
): OwnAnswer {
  const { statusCode: status } = action;
  if (action.type === 'redirect')
    return { status, location: redirectLocation(action, askedOf(head, peer, listenerPort)) };
  return { status, contentType: action.contentType, body: action.body };
}
