import type { BalancerConfig, RuleAction } from '../../balancer.ts';
import { answerName, groupName, NO_GROUP, ruleName } from '../names.ts';

/** What changes without a reload, by the key that requests look up. */
export type MapEntries = ReadonlyMap<string, string>;

export const WEIGHTS = 'weights.map';
export const STICK = 'stick.map';
/** In the weights: the epoch that was applied last, and what the worker was started with. */
export const EPOCH = 'epoch';
export const STRUCTURE = 'structure';

/** What `rand` draws from. */
const DRAWN_FROM = 2 ** 32;

type Forward = Extract<RuleAction, { type: 'forward' }>;

/** For each rule where its requests go: one value, so that a change of weights is one step. */
export function weightEntries(config: BalancerConfig): Map<string, string> {
  const entries = new Map<string, string>();
  for (const listener of config.listeners)
    for (const rule of listener.rules)
      entries.set(
        ruleName(listener, rule),
        rule.action.type === 'forward' ? shares(rule.action) : answerName(listener, rule),
      );
  return entries;
}

/** `G1:T1:G2:T2:G3`: the first group below T1, the second below T2, else the third; exact to one in 2^32. */
function shares({ groups }: Forward): string {
  const weighted = groups.filter(({ weight }) => weight > 0);
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  return weighted.length === 0
    ? NO_GROUP
    : weighted
        .map(({ targetGroupArn, weight }, index) => {
          below += weight;
          const last = index === weighted.length - 1;
          return groupName(targetGroupArn) + (last ? '' : `:${Math.round((below / total) * DRAWN_FROM)}`);
        })
        .join(':');
}

/** Seconds of stickiness by rule, and by rule and group; `RULE.loose` where targets are not sticky either. */
export function stickEntries(config: BalancerConfig): Map<string, string> {
  const entries = new Map<string, string>();
  for (const listener of config.listeners)
    for (const rule of listener.rules) {
      if (rule.action.type !== 'forward') continue;
      const { groups, stickiness } = rule.action;
      const name = ruleName(listener, rule);
      if (!stickiness && groups.length > 1) entries.set(`${name}.loose`, '1');
      if (!stickiness) continue;
      const lasting = String(Math.max(1, Math.round(stickiness.duration / 1000)));
      entries.set(name, lasting);
      for (const { targetGroupArn } of groups) entries.set(`${name}.${groupName(targetGroupArn)}`, lasting);
    }
  return entries;
}

export const mapFile = (entries: MapEntries): string => [...entries].map((entry) => `${entry.join(' ')}\n`).join('');
