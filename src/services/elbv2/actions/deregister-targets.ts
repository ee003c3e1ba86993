import type { DeregisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { seconds } from '../../../kernel/span.ts';
import type { Action } from '../../../wire/types.ts';
import { noteDrain } from '../drain-list.ts';
import type { Elb } from '../elb.ts';
import { requireTargetGroup, usage } from '../look-ups.ts';
import { targetId, targetKey, type TargetRecord } from '../records.ts';
import { deregistrationDelaySeconds } from '../settings/target-group-attributes.ts';

/**
 * Begins to drain the targets. Those of a group that nothing forwards to are gone when this answers, as at AWS, but only
 * if nothing is in flight: a group that lost its listener a moment ago may still be answering.
 */
export const deregisterTargets =
  (elb: Elb): Action<typeof DeregisterTargetsCommand> =>
  async (input, ctx) => {
    const inUse = await elb.change(async (tx) => {
      const group = await requireTargetGroup(tx, ctx, input.TargetGroupArn);
      const delay = elb.clock.scaled(seconds(deregistrationDelaySeconds(group)));
      const wanted = (await tx.targets.list(ctx, group.arn)).filter((target) => isNamed(target, input.Targets));
      for (const target of wanted) {
        if (target.draining) continue;
        const draining = { epoch: await tx.nextEpoch(), by: elb.clock.now().getTime() + delay };
        await tx.targets.put(ctx, targetId(group.arn, targetKey(target)), { ...target, draining });
        await noteDrain(tx.transaction, ctx, target);
      }
      return (await usage(tx, ctx)).has(group.arn);
    });
    if (!inUse) await elb.finishDrains();
    return {};
  };

interface Name {
  readonly Id: string | undefined;
  readonly Port?: number | undefined;
}

/** A target named without a port is meant at every port it is registered at. */
const isNamed = (target: TargetRecord, names: readonly Name[]): boolean =>
  names.some(({ Id: id, Port: port }) => id === target.id && (port === undefined || port === target.port));
