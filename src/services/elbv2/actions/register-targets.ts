import { TooManyTargetsException, type RegisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import { requireTargetGroup, usage } from '../look-ups.ts';
import { targetId, targetKey, type ElbRecords, type TargetRecord } from '../records.ts';
import { checkTargetAddress } from '../settings/target-address.ts';

/** Registering twice is registering once; a target that is draining is taken back and checked anew. */
export const registerTargets =
  (elb: Elb): Action<typeof RegisterTargetsCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const group = await requireTargetGroup(tx, ctx, input.TargetGroupArn);
      if (input.Targets.length === 0) throw validationError('At least one target must be specified');
      for (const target of input.Targets) {
        const { Id: id = '', Port: port = group.port, AvailabilityZone: zone } = target;
        checkTargetAddress(group.targetType, id);
        const key = targetId(group.arn, targetKey({ id, port }));
        const current = await tx.targets.get(ctx, key);
        if (current && !current.draining) continue;
        const record: TargetRecord = {
          targetGroupArn: group.arn,
          id,
          port,
          ...(zone !== undefined && { zone }),
          registeredEpoch: await tx.nextEpoch(),
        };
        await tx.targets.put(ctx, key, record, { parent: group.arn });
      }
      await checkRoom(tx, ctx, group.arn);
      return {};
    });

async function checkRoom(records: ElbRecords, scope: Scope, groupArn: string): Promise<void> {
  const count = async (arn: string): Promise<number> => (await records.targets.list(scope, arn)).length;
  const own = await count(groupArn);
  if (own > LIMITS.targetsPerGroup)
    throw fault(TooManyTargetsException, `The maximum number of targets for target group '${groupArn}' is reached`);
  const used = await usage(records, scope);
  for (const loadBalancer of used.get(groupArn) ?? []) {
    let all = own;
    for (const [arn, users] of used) if (arn !== groupArn && users.has(loadBalancer)) all += await count(arn);
    if (all > LIMITS.targetsPerLoadBalancer)
      throw fault(
        TooManyTargetsException,
        `The maximum number of targets for load balancer '${loadBalancer}' is reached`,
      );
  }
}
