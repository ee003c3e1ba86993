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
import { notServed, validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import { usage } from '../look-ups.ts';
import type { TargetGroupRecord } from '../records.ts';
import { changedHealthCheck, DEFAULT_HEALTH_CHECK } from '../settings/health-check.ts';
import { checkTargetGroupName } from '../settings/names.ts';
import { checkedTags } from '../settings/tags.ts';
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
  const targetType = servedTargetType(input);
  refuseUnserved(input);
  if (input.Port === undefined) throw validationError('A port must be specified');
  const vpcId = input.VpcId ?? '';
  if (vpcId === '') throw validationError('A VPC ID must be specified');
  const known = /^vpc-[0-9a-f]{8,17}$/.test(vpcId) && (!elb.network || (await elb.network.hasVpc(ctx, vpcId)));
  if (!known) throw validationError(`The VPC ID '${vpcId}' is not found`);
  return {
    arn: arn('elasticloadbalancing', ctx, `targetgroup/${name}/${newId.elb()}`),
    name,
    protocol: 'HTTP',
    protocolVersion: 'HTTP1',
    port: input.Port,
    vpcId,
    targetType,
    healthCheck: changedHealthCheck(DEFAULT_HEALTH_CHECK, input),
    attributes: {},
    tags: checkedTags(input.Tags),
  };
}

function servedTargetType({ TargetType: type = 'instance' }: Input): TargetGroupRecord['targetType'] {
  if (type !== 'instance' && type !== 'ip') throw notServed(`Target type '${String(type)}'`);
  return type;
}

function refuseUnserved(input: Input): void {
  const { Protocol: protocol, ProtocolVersion: version = 'HTTP1', IpAddressType: family = 'ipv4' } = input;
  if (protocol === undefined) throw validationError('A protocol must be specified');
  if (protocol !== 'HTTP') throw notServed(`A target group with protocol '${protocol}'`);
  if (version !== 'HTTP1') throw notServed(`Protocol version '${version}'`);
  if (family !== 'ipv4') throw notServed(`A target group with IP address type '${family}'`);
}

const settings = (record: TargetGroupRecord): string =>
  JSON.stringify([
    record.port,
    record.vpcId,
    record.targetType,
    Object.entries(record.healthCheck).sort(),
    Object.entries(record.tags).sort(),
  ]);
