import type {
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import { arn } from '../../../kernel/arn.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import { checkPolicy } from '../checks/policy.ts';
import type { AutoscalingDeps } from '../deps.ts';
import { invalid, policyNotFound } from '../faults.ts';
import { page } from '../paging.ts';
import { policyAlarms } from '../policy-alarms.ts';
import { policiesIn, keyOf, requireTarget, turnOf, type PolicyRecord } from '../records.ts';
import { checkNamespace, DIMENSION, resourceOf } from '../resource.ts';

/** Keeps the policy, then makes its alarms; what CloudWatch refuses leaves the policy as it was before. */
export const putScalingPolicy =
  (deps: AutoscalingDeps): Action<typeof PutScalingPolicyCommand> =>
  async (input, ctx) => {
    const { store, clock, scaling, wake, turns } = deps;
    const { id } = resourceOf(input);
    if (input.PolicyName.length < 1 || input.PolicyName.length > 256)
      throw invalid('PolicyName must have 1 to 256 characters.');
    const configuration = checkPolicy(input);
    const key = keyOf({ resourceId: id, name: input.PolicyName });
    const policy = await turns(turnOf(ctx, id), async () => {
      const [next, before] = await store.transaction(async (tx) => {
        await requireTarget(tx, ctx, id);
        const known = await policiesIn(tx).get(ctx, key);
        const put: PolicyRecord = {
          ...(known ?? newPolicy(ctx, id, input.PolicyName, clock.now().getTime())),
          ...configuration,
          hasAlarms: false,
        };
        const named = { ...put, alarms: configuration.tracking ? alarmsOf(ctx, put) : [] };
        await policiesIn(tx).put(ctx, key, named, { parent: id });
        return [named, known] as const;
      });
      try {
        const kept = await makeAlarms(deps, ctx, next);
        await scaling.deleteAlarms(
          ctx,
          (before?.alarms ?? []).map(({ name }) => name).filter((name) => !kept.includes(name)),
        );
      } catch (cause) {
        if (before) await policiesIn(store).change(ctx, key, ({ cooldown }) => ({ ...before, cooldown }));
        else await policiesIn(store).remove(ctx, key);
        throw invalid(`The alarms of the policy could not be made: ${cause instanceof Error ? cause.message : ''}`);
      }
      return next;
    });
    wake();
    return { PolicyARN: policy.arn, Alarms: showAlarms(policy) };
  };

/** Makes the alarms of policies that were kept and whose alarms were not made: Teal ended in between. */
export async function finishPolicies(deps: AutoscalingDeps): Promise<void> {
  const { store, turns } = deps;
  for (const { scope, record } of await policiesIn(store).everywhere()) {
    if (record.hasAlarms) continue;
    // Whoever is putting it makes them, and alarms that are made again lose what was set in them meanwhile.
    await turns(turnOf(scope, record.resourceId), async () => {
      const current = await policiesIn(store).get(scope, keyOf(record));
      if (current && !current.hasAlarms) await makeAlarms(deps, scope, current);
    });
  }
}

/** Makes the alarms of a policy as they are to be. @returns their names */
async function makeAlarms({ store, scaling }: AutoscalingDeps, scope: Scope, policy: PolicyRecord) {
  const wanted = policyAlarms(policy);
  for (const alarm of wanted) await scaling.putAlarm(scope, alarm);
  await policiesIn(store).change(scope, keyOf(policy), (current) => ({ ...current, hasAlarms: true }));
  return wanted.map(({ AlarmName = '' }) => AlarmName);
}

const newPolicy = (scope: Scope, resourceId: string, name: string, now: number): PolicyRecord => ({
  name,
  arn: arn('autoscaling', scope, `scalingPolicy:${newId.uuid()}:resource/ecs/${resourceId}:policyName/${name}`),
  resourceId,
  alarms: [],
  hasAlarms: false,
  createdAt: now,
});

/** Their names stay when the policy is put again. */
function alarmsOf(scope: Scope, { alarms, resourceId }: PolicyRecord): PolicyRecord['alarms'] {
  if (alarms.length > 0) return alarms;
  return ['AlarmHigh', 'AlarmLow'].map((kind) => {
    const name = `TargetTracking-${resourceId}-${kind}-${newId.uuid()}`;
    return { name, arn: arn('cloudwatch', scope, `alarm:${name}`) };
  });
}

const showAlarms = (policy: PolicyRecord) => {
  const made = policyAlarms(policy).map(({ AlarmName }) => AlarmName);
  return policy.alarms
    .filter(({ name }) => made.includes(name))
    .map(({ name, arn: AlarmARN }) => ({ AlarmName: name, AlarmARN }));
};

export const describeScalingPolicies =
  ({ store }: AutoscalingDeps): Action<typeof DescribeScalingPoliciesCommand> =>
  async ({ ServiceNamespace, PolicyNames, ResourceId, ScalableDimension, ...paging }, ctx) => {
    checkNamespace(ServiceNamespace);
    const found = (await policiesIn(store).list(ctx, ResourceId))
      .filter(({ name }) => !PolicyNames?.length || PolicyNames.includes(name))
      .filter(() => ScalableDimension === undefined || ScalableDimension === DIMENSION);
    const { shown, next } = page(found, keyOf, paging);
    return { ScalingPolicies: shown.map(show), NextToken: next };
  };

const show = (policy: PolicyRecord): ScalingPolicy => ({
  PolicyARN: policy.arn,
  PolicyName: policy.name,
  ServiceNamespace: 'ecs',
  ResourceId: policy.resourceId,
  ScalableDimension: DIMENSION,
  PolicyType: policy.tracking ? 'TargetTrackingScaling' : 'StepScaling',
  TargetTrackingScalingPolicyConfiguration: policy.tracking,
  StepScalingPolicyConfiguration: policy.step,
  Alarms: showAlarms(policy),
  CreationTime: new Date(policy.createdAt),
});

export const deleteScalingPolicy =
  ({ store, scaling, turns }: AutoscalingDeps): Action<typeof DeleteScalingPolicyCommand> =>
  async (input, ctx) => {
    const { id } = resourceOf(input);
    const key = keyOf({ resourceId: id, name: input.PolicyName });
    await turns(turnOf(ctx, id), async () => {
      const found = await policiesIn(store).get(ctx, key);
      if (!found) throw policyNotFound(id, input.PolicyName);
      await scaling.deleteAlarms(
        ctx,
        found.alarms.map(({ name }) => name),
      );
      await policiesIn(store).remove(ctx, key);
    });
    return {};
  };
