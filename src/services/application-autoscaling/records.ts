import type {
  NotScaledReason,
  ScalingActivityStatusCode,
  StepScalingPolicyConfiguration,
  SuspendedState,
  TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import { noTarget } from './faults.ts';

/** Kept under its resource id, `service/CLUSTER/NAME`. */
export interface TargetRecord {
  readonly resourceId: string;
  readonly arn: string;
  readonly min: number;
  readonly max: number;
  readonly roleArn: string;
  readonly suspended: Required<{ readonly [K in keyof SuspendedState]: boolean }>;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** After a change of capacity by a policy: until then it changes it again in that direction only for more. */
export interface Cooldown {
  readonly direction: 'out' | 'in';
  /** Epoch milliseconds. */
  readonly until: number;
  /** The capacity before. */
  readonly from: number;
}

/** Kept under `RESOURCE|NAME`, below its resource. */
export interface PolicyRecord {
  readonly name: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly tracking?: TargetTrackingScalingPolicyConfiguration | undefined;
  readonly step?: StepScalingPolicyConfiguration | undefined;
  /** Of a target tracking policy, whose alarms are made with it. */
  readonly alarms: readonly { readonly name: string; readonly arn: string }[];
  /** CloudWatch has them. */
  readonly hasAlarms: boolean;
  readonly cooldown?: Cooldown | undefined;
  readonly createdAt: number;
}

/** Kept under its id, below its resource. */
export interface ActivityRecord {
  readonly id: string;
  readonly resourceId: string;
  readonly description: string;
  readonly cause: string;
  /** The capacity that it sets; `undefined` where it sets bounds, or nothing. */
  readonly to?: number | undefined;
  readonly status: ScalingActivityStatusCode;
  readonly statusMessage: string;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  /** Why an alarm changed nothing. */
  readonly notScaled?: NotScaledReason | undefined;
}

/** Kept under `RESOURCE|NAME`, below its resource. Instants are epoch milliseconds. */
export interface ScheduledActionRecord {
  readonly name: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly schedule: string;
  readonly timezone?: string | undefined;
  readonly startAt?: number | undefined;
  readonly endAt?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly createdAt: number;
  readonly putAt: number;
  /** When it was put, or was last due. */
  readonly from: number;
  /** `undefined`: never again. */
  readonly nextAt?: number | undefined;
}

export const targetsIn = (tx: Transaction): Records<TargetRecord> => tx.records('autoscaling_targets');
export const policiesIn = (tx: Transaction): Records<PolicyRecord> => tx.records('autoscaling_policies');
export const activitiesIn = (tx: Transaction): Records<ActivityRecord> => tx.records('autoscaling_activities');
export const scheduledActionsIn = (tx: Transaction): Records<ScheduledActionRecord> =>
  tx.records('autoscaling_scheduled_actions');

/** Of a policy or a scheduled action. */
export const keyOf = ({ resourceId, name }: Pick<PolicyRecord, 'resourceId' | 'name'>): string =>
  `${resourceId}|${name}`;

/** Of one scalable target, in `AutoscalingDeps.turns`. */
export const turnOf = (scope: Scope, resourceId: string): string => `${scope.account}/${scope.region}/${resourceId}`;

/** @throws {ObjectNotFoundException} */
export async function requireTarget(tx: Transaction, scope: Scope, resourceId: string): Promise<TargetRecord> {
  const found = await targetsIn(tx).get(scope, resourceId);
  if (!found) throw noTarget(resourceId);
  return found;
}
