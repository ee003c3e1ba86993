import type { StepScalingPolicyConfiguration } from '@aws-sdk/client-application-auto-scaling';
import type { Cooldown } from '../records.ts';
import { stepCapacity } from './step.ts';

interface PolicySight {
  readonly name: string;
  readonly cooldown: Cooldown | undefined;
}

/** A policy as its alarms and its metric are seen now. */
export type PolicyView =
  | (PolicySight & {
      readonly kind: 'tracking';
      /** The name of its alarm in ALARM; never both. */
      readonly high: string | undefined;
      readonly low: string | undefined;
      /** The newest value; `undefined` without data. */
      readonly value: number | undefined;
      readonly target: number;
      readonly canScaleIn: boolean;
    })
  | (PolicySight & {
      readonly kind: 'step';
      readonly step: StepScalingPolicyConfiguration;
      /** Its alarms in ALARM. */
      readonly breaches: readonly {
        readonly alarm: string;
        readonly value: number | undefined;
        readonly threshold: number;
      }[];
    });

export interface TargetSight {
  readonly current: number;
  readonly min: number;
  readonly max: number;
  readonly canScaleOut: boolean;
  readonly canScaleIn: boolean;
  /** Source: ECS Developer Guide, service auto scaling: scaling in is turned off during deployments, scaling out is not. */
  readonly isDeploying: boolean;
  readonly policies: readonly PolicyView[];
  readonly now: number;
}

export interface CapacityDecision {
  readonly to: number;
  /** In AWS's words. */
  readonly cause: string;
  /** Whose cooldown begins; `undefined` where only a bound was kept. */
  readonly policy?: string;
}

interface Proposal {
  readonly to: number;
  readonly alarm: string;
  readonly policy: string;
}

/**
 * The capacity that a service should have, when it is another than it has. The largest of what policies ask for wins;
 * target tracking scales in only when every such policy would. Source: Application Auto Scaling user guide.
 */
export function decideCapacity(sight: TargetSight): CapacityDecision | undefined {
  const { current, min, max } = sight;
  if (current < min) return { to: min, cause: `minimum capacity was set to ${min}` };
  if (current > max) return { to: max, cause: `maximum capacity was set to ${max}` };
  const out = sight.canScaleOut ? largest(proposals(sight, 'out')) : undefined;
  const chosen = out ?? (sight.canScaleIn && !sight.isDeploying ? scaleIn(sight) : undefined);
  if (!chosen || chosen.to === current) return undefined;
  const { alarm, policy, to } = chosen;
  return { to, policy, cause: causeOf(alarm, policy) };
}

/** In AWS's words. */
export const causeOf = (alarm: string, policy: string): string =>
  `monitor alarm ${alarm} in state ALARM triggered policy ${policy}`;

function scaleIn(sight: TargetSight): Proposal | undefined {
  const trackers = sight.policies.filter((policy) => policy.kind === 'tracking' && policy.canScaleIn);
  const found = proposals(sight, 'in');
  const isAgreed = trackers.every(({ name }) => found.some((proposal) => proposal.policy === name));
  return isAgreed ? largest(found) : undefined;
}

const largest = (found: readonly Proposal[]): Proposal | undefined => [...found].sort((a, b) => b.to - a.to)[0];

function proposals(sight: TargetSight, direction: Cooldown['direction']): Proposal[] {
  const { current, min, max, now } = sight;
  return sight.policies.flatMap((policy) => {
    const cooldown = policy.cooldown && now < policy.cooldown.until ? policy.cooldown : undefined;
    const isCooling = cooldown?.direction === direction;
    // A cooldown after scaling in never keeps from scaling out, and one after scaling out keeps from scaling in too.
    if (direction === 'in' && cooldown) return [];
    // What was added is counted as part of what is asked for now: only more than that is added.
    const from = isCooling ? cooldown.from : current;
    return wishes(policy, direction, from).flatMap(({ alarm, to }) => {
      const bounded = Math.min(max, Math.max(min, to));
      const isMore = direction === 'out' ? bounded > current : bounded < current;
      return isMore ? [{ to: bounded, alarm, policy: policy.name }] : [];
    });
  });
}

/** What a policy asks for, from a capacity on, whatever the bounds. */
export function wishes(
  policy: PolicyView,
  direction: Cooldown['direction'],
  from: number,
): readonly { readonly alarm: string; readonly to: number }[] {
  if (policy.kind === 'step')
    return policy.breaches.flatMap(({ alarm, value, threshold }) => {
      const to = value === undefined ? undefined : stepCapacity(policy.step, from, value - threshold);
      return to === undefined || to > from !== (direction === 'out') ? [] : [{ alarm, to }];
    });
  const alarm = direction === 'out' ? policy.high : policy.canScaleIn ? policy.low : undefined;
  if (alarm === undefined || policy.value === undefined) return [];
  // Nothing can be in proportion to no tasks at all: the first one shows what there is to do.
  const to = from === 0 ? 1 : Math.ceil((from * policy.value) / policy.target);
  return [{ alarm, to }];
}
