import type { DescribeTargetHealthCommand, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { requireTargetGroup, usage } from '../look-ups.ts';
import type { TargetGroupRecord, TargetRecord } from '../records.ts';
import { NOT_REGISTERED, targetHealth, type TargetHealthReport } from '../target-health.ts';

export const describeTargetHealth =
  (elb: Elb): Action<typeof DescribeTargetHealthCommand> =>
  async (input, ctx) => {
    const group = await requireTargetGroup(elb.records, ctx, input.TargetGroupArn);
    const observation = await elb.link.observe();
    // Read after the balancer was asked: a target that is gone here was idle before, never the other way round.
    const inUse = (await usage(elb.records, ctx)).has(group.arn);
    const registered = await elb.records.targets.list(ctx, group.arn);
    const report = (target: TargetRecord) => shown(group, target, targetHealth(target, inUse, observation));
    if (!input.Targets?.length) return { TargetHealthDescriptions: registered.map(report) };
    return {
      TargetHealthDescriptions: input.Targets.map(({ Id: id = '', Port: port = group.port }) => {
        const target = registered.find((one) => one.id === id && one.port === port);
        return target ? report(target) : shown(group, { id, port }, NOT_REGISTERED);
      }),
    };
  };

function shown(
  group: TargetGroupRecord,
  target: Pick<TargetRecord, 'id' | 'port' | 'zone'>,
  health: TargetHealthReport,
): TargetHealthDescription {
  return {
    Target: { Id: target.id, Port: target.port, ...(target.zone !== undefined && { AvailabilityZone: target.zone }) },
    HealthCheckPort: group.healthCheck.port === 'traffic-port' ? String(target.port) : group.healthCheck.port,
    TargetHealth: {
      State: health.state,
      ...(health.reason !== undefined && { Reason: health.reason as NonNullable<TargetReason> }),
      ...(health.description !== undefined && { Description: health.description }),
    },
  };
}

type TargetReason = NonNullable<TargetHealthDescription['TargetHealth']>['Reason'];
