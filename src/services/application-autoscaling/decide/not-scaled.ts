import type { NotScaledReason } from '@aws-sdk/client-application-auto-scaling';
import { causeOf, wishes, type TargetSight } from './decide-capacity.ts';

/** An alarm asked for another capacity and nothing is changed. */
export interface NotScaled {
  readonly cause: string;
  readonly reason: NotScaledReason;
}

/**
 * Why alarms change nothing, where that is worth telling. Cooldowns and suspended processes are not. Source: Application
 * Auto Scaling User Guide, reasons for not scaling; that a deployment is one is assumed.
 */
export function notScaled(sight: TargetSight): NotScaled[] {
  const { current, canScaleIn, canScaleOut } = sight;
  return sight.policies.flatMap((policy) => {
    const found = (direction: 'out' | 'in', reason: NotScaledReason | undefined): NotScaled[] =>
      reason
        ? wishes(policy, direction, current).map(({ alarm }) => ({ cause: causeOf(alarm, policy.name), reason }))
        : [];
    return [
      ...(canScaleOut ? found('out', whyNotOut(sight)) : []),
      ...(canScaleIn ? found('in', whyNotIn(sight)) : []),
    ];
  });
}

const whyNotOut = ({ current, max }: TargetSight): NotScaledReason | undefined =>
  current >= max ? { Code: 'AlreadyAtMaxCapacity', MaxCapacity: max } : undefined;

function whyNotIn({ current, min, isDeploying }: TargetSight): NotScaledReason | undefined {
  if (current <= min) return { Code: 'AlreadyAtMinCapacity', MinCapacity: min };
  return isDeploying ? { Code: 'TargetServicePutResourceAsUnscalable' } : undefined;
}
