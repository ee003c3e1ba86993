import { createHash, createHmac } from 'node:crypto';
import type { ListenerConfig, RuleConfig, TargetConfig } from '../balancer.ts';

/*
 * What things are called inside HAProxy: the same in every run, short because requests carry them in variables.
 *
 *   gX       a group's healthy targets        gX.all   all its registered targets, for when too few are healthy
 *   gX.probe its targets that are still starting, tried more often than the interval; never sent a request
 *   rX       a rule                           aX.all   the answer of a fixed response or a redirect
 */

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

export const groupName = (arn: string): string => `g${digest(arn)}`;
export const allOf = (group: string): string => `${group}.all`;
export const probeOf = (group: string): string => `${group}.probe`;

export const ruleName = (listener: ListenerConfig, rule: RuleConfig): string =>
  `r${digest(`${listener.loadBalancer} ${listener.arn} ${rule.arn} ${rule.priority}`)}`;
export const answerName = (listener: ListenerConfig, rule: RuleConfig): string =>
  `a${ruleName(listener, rule).slice(1)}`;
export const listenerName = (listener: ListenerConfig): string => `l${digest(listener.arn)}`;

/** Of a port; another one when another load balancer is first on it, so that each has its own counters. */
export const frontName = ({ port, loadBalancer }: ListenerConfig): string =>
  `f${port}.${digest(loadBalancer).slice(0, 6)}`;
export const portOfFront = (name: string): number => Number(/^f(\d+)\./.exec(name)?.[1] ?? NaN);

/** Clients see the name in their cookies, so it tells them nothing. */
export function serverName(secret: string, target: TargetConfig): string {
  const text = `${target.key} ${target.host} ${target.port}`;
  return `s${createHmac('sha256', secret).update(text).digest('hex').slice(0, 12)}`;
}

/** The group of no rule: every weight is 0. */
export const NO_GROUP = 'z';
/** Where a superseded worker sends whatever still comes to it. */
export const SUCCESSOR = 'n';
