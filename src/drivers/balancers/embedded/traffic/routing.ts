import type { ListenerConfig, RuleAction, RuleCondition } from '../../balancer.ts';
import type { TargetGroup } from './target-group.ts';

/** What to do with a request. */
export type Route =
  { readonly type: 'forward'; choose(): TargetGroup | undefined } | Exclude<RuleAction, { type: 'forward' }>;

/** A listener made ready for matching. */
export interface RoutingTable {
  readonly listener: ListenerConfig;
  /** @param path - without the query */
  route(host: string, path: string): Route | undefined;
}

type FindGroup = (arn: string) => TargetGroup | undefined;

/** Compiles a listener's rules; the groups they name must already be known. */
export function compileListener(listener: ListenerConfig, findGroup: FindGroup): RoutingTable {
  const rules = listener.rules.map((rule) => ({
    matches: compileConditions(rule.conditions),
    route: compileAction(rule.action, findGroup),
  }));
  return { listener, route: (host, path) => rules.find((rule) => rule.matches(host, path))?.route };
}

function compileConditions(conditions: readonly RuleCondition[]): (host: string, path: string) => boolean {
  const tests = conditions.map((condition) => {
    if (condition.field !== 'host-header' && condition.field !== 'path-pattern') return () => false;
    const { field, values } = condition;
    const patterns = values.map((value) => wildcard(value, field === 'host-header'));
    return (host: string, path: string) =>
      patterns.some((pattern) => pattern.test(field === 'host-header' ? host : path));
  });
  return (host, path) => tests.every((test) => test(host, path));
}

/** Turns `*` and `?` into an expression. Runs of stars are one: `**…` would take exponential time. */
function wildcard(value: string, ignoreCase: boolean): RegExp {
  const escaped = value.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\*+/g, '.*').replace(/\?/g, '.')}$`, ignoreCase ? 'is' : 's');
}

function compileAction(action: RuleAction, findGroup: FindGroup): Route {
  if (action.type !== 'forward') return action;
  const weighted = action.groups.filter(({ weight }) => weight > 0);
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  const steps = weighted.map(({ targetGroupArn, weight }) => ({
    below: (below += weight),
    group: findGroup(targetGroupArn),
  }));
  const only = steps.length === 1 ? steps[0]?.group : undefined;
  const draw = () => {
    const drawn = Math.random() * total;
    return steps.find((step) => drawn < step.below)?.group;
  };
  return { type: 'forward', choose: only ? () => only : draw };
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

/** Where a redirect leads. Source: ELB User Guide, redirect actions. */
export function redirectLocation(
  action: Extract<RuleAction, { type: 'redirect' }>,
  asked: { readonly host: string; readonly port: string; readonly path: string; readonly query: string },
): string {
  const values: Record<string, string> = { ...asked, protocol: 'http', path: asked.path.replace(/^\//, '') };
  const fill = (text: string) =>
    text.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => values[name] ?? '');
  const query = fill(action.query);
  const scheme = fill(action.protocol).toLowerCase();
  return `${scheme}://${fill(action.host)}:${fill(action.port)}${fill(action.path)}${query === '' ? '' : `?${query}`}`;
}
