import {
  DuplicateTargetGroupNameException,
  TooManyTargetGroupsException,
  type CreateTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { arn } from '../../../kernel/arn.ts';
import { newId } from '../../../kernel/ids.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action, ActionInput, CallContext } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import { usage } from '../look-ups.ts';
import type { TargetGroupRecord } from '../records.ts';
import { changedHealthCheck, defaultHealthCheck } from '../settings/health-check.ts';
import { checkTargetGroupName } from '../settings/names.ts';
import { checkedTags } from '../settings/tags.ts';
import { targetKind } from '../settings/target-kind.ts';
import { shownTargetGroup } from '../shown/target-group.ts';

type Input = ActionInput<typeof CreateTargetGroupCommand>;

export const createTargetGroup =
  (elb: Elb): Action<typeof CreateTargetGroupCommand> =>
  async (input, ctx) => {
    const wished = await checked(elb, input, ctx);
    return elb.change(async (tx) => {
      const others = await tx.targetGroups.list(ctx);
      const existing = others.find((other) => other.name === wished.name);
      if (existing && settings(existing) === settings(wished))
        return { TargetGroups: [shownTargetGroup(existing, (await usage(tx, ctx)).get(existing.arn) ?? [])] };
      if (existing)
        throw fault(
          DuplicateTargetGroupNameException,
          `A target group with the same name '${wished.name}' exists, but with different settings`,
        );
      if (others.length >= LIMITS.targetGroups)
        throw fault(TooManyTargetGroupsException, 'The maximum number of target groups has been reached');
      await tx.targetGroups.insert(ctx, wished.arn, wished);
      await tx.nextEpoch();
      return { TargetGroups: [shownTargetGroup(wished, [])] };
    });
  };

async function checked(elb: Elb, input: Input, ctx: CallContext): Promise<TargetGroupRecord> {
  const { Name: name } = input;
  checkTargetGroupName(name);
  const kind = targetKind(input);
  if (input.Port === undefined) throw validationError('A port must be specified');
  const vpcId = input.VpcId ?? '';
  if (vpcId === '') throw validationError('A VPC ID must be specified');
  const known = /^vpc-[0-9a-f]{8,17}$/.test(vpcId) && (!elb.network || (await elb.network.hasVpc(ctx, vpcId)));
  if (!known) throw validationError(`The VPC ID '${vpcId}' is not found`);
  return {
    arn: arn('elasticloadbalancing', ctx, `targetgroup/${name}/${newId.elb()}`),
    name,
    ...kind,
    port: input.Port,
    vpcId,
    healthCheck: changedHealthCheck(defaultHealthCheck(kind.protocolVersion), input, kind.protocolVersion),
    attributes: {},
    tags: checkedTags(input.Tags),
  };
}

const settings = (record: TargetGroupRecord): string =>
  JSON.stringify([
    record.protocol,
    record.protocolVersion,
    record.port,
    record.vpcId,
    record.targetType,
    Object.entries(record.healthCheck).sort(),
    Object.entries(record.tags).sort(),
  ]);
