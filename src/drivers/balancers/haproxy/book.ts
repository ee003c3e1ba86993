import type { BalancerConfig, ListenerConfig, RuleConfig, TargetGroupConfig } from '../balancer.ts';
import { frontName, groupName, ruleName } from './names.ts';

/** What HAProxy's names stand for. */
export interface Book {
  readonly config: BalancerConfig;
  readonly rules: ReadonlyMap<string, { readonly listener: ListenerConfig; readonly rule: RuleConfig }>;
  readonly groups: ReadonlyMap<string, TargetGroupConfig>;
  /** The oldest listener of each port. */
  readonly fronts: ReadonlyMap<string, ListenerConfig>;
}

export function writeBook(config: BalancerConfig): Book {
  const rules = config.listeners.flatMap((listener) =>
    listener.rules.map((rule) => [ruleName(listener, rule), { listener, rule }] as const),
  );
  const newestFirst = [...config.listeners].reverse();
  return {
    config,
    rules: new Map(rules),
    groups: new Map(config.targetGroups.map((group) => [groupName(group.arn), group])),
    fronts: new Map(newestFirst.map((listener) => [frontName(listener), listener])),
  };
}

/** The group that a backend belongs to. */
export const groupOfBackend = (book: Book, backend: string): TargetGroupConfig | undefined =>
  book.groups.get(backend.split('.', 1)[0] ?? '');
