import type { MetricDataQuery, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, type Service, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { Scope } from '../kernel/scope.ts';
import type { AwsClients } from './clients.ts';

export interface ScaledService {
  readonly desiredCount: number;
  readonly runningCount: number;
  /** Of the ECS or the CodeDeploy controller. */
  readonly isDeploying: boolean;
}

export interface ScalingAlarm {
  readonly name: string;
  /** In ALARM, and its actions are not disabled. */
  readonly isActive: boolean;
  readonly threshold: number;
  /** What it watches, to be read again. */
  readonly queries: readonly MetricDataQuery[];
}

/** What Application Auto Scaling sees of the world: ordinary calls of ECS and CloudWatch. */
export interface Scaling {
  /** `undefined` when there is no such service, or it is not active. */
  service(scope: Scope, cluster: string, name: string): Promise<ScaledService | undefined>;
  setDesiredCount(scope: Scope, cluster: string, name: string, desiredCount: number): Promise<void>;
  /** The alarms that have an action of this ARN. */
  alarms(scope: Scope, actionArn: string): Promise<readonly ScalingAlarm[]>;
  putAlarm(scope: Scope, alarm: PutMetricAlarmCommandInput): Promise<void>;
  deleteAlarms(scope: Scope, names: readonly string[]): Promise<void>;
  /** The newest value between two instants; `undefined` without data. */
  newestValue(scope: Scope, queries: readonly MetricDataQuery[], from: Date, to: Date): Promise<number | undefined>;
}

/** Scaling with SDK clients. */
export const createScaling = (clients: Pick<AwsClients, 'ecs' | 'cloudwatch'>): Scaling => ({
  async service(scope, cluster, name) {
    const answer = await clients.ecs(scope).send(new DescribeServicesCommand({ cluster, services: [name] }));
    const [found] = answer.services ?? [];
    if (found?.status !== 'ACTIVE') return undefined;
    return {
      desiredCount: found.desiredCount ?? 0,
      runningCount: found.runningCount ?? 0,
      isDeploying: isDeploying(found),
    };
  },
  async setDesiredCount(scope, cluster, service, desiredCount) {
    await clients.ecs(scope).send(new UpdateServiceCommand({ cluster, service, desiredCount }));
  },
  async alarms(scope, actionArn) {
    const { DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
    const cloudwatch = await clients.cloudwatch(scope);
    const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ ActionPrefix: actionArn }));
    return MetricAlarms.map((alarm) => ({
      name: alarm.AlarmName ?? '',
      isActive: alarm.StateValue === 'ALARM' && alarm.ActionsEnabled !== false,
      threshold: alarm.Threshold ?? 0,
      queries: alarm.Metrics?.length
        ? alarm.Metrics
        : [
            {
              Id: 'm1',
              MetricStat: {
                Metric: { Namespace: alarm.Namespace, MetricName: alarm.MetricName, Dimensions: alarm.Dimensions },
                Period: alarm.Period,
                Stat: alarm.Statistic ?? alarm.ExtendedStatistic,
                ...(alarm.Unit && { Unit: alarm.Unit }),
              },
            },
          ],
    }));
  },
  async putAlarm(scope, alarm) {
    const { PutMetricAlarmCommand } = await import('@aws-sdk/client-cloudwatch');
    await (await clients.cloudwatch(scope)).send(new PutMetricAlarmCommand(alarm));
  },
  async deleteAlarms(scope, names) {
    if (names.length === 0) return;
    const { DeleteAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
    await (await clients.cloudwatch(scope)).send(new DeleteAlarmsCommand({ AlarmNames: [...names] }));
  },
  async newestValue(scope, queries, from, to) {
    const { GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
    const { MetricDataResults = [] } = await (
      await clients.cloudwatch(scope)
    ).send(
      new GetMetricDataCommand({
        MetricDataQueries: [...queries],
        StartTime: from,
        EndTime: to,
        ScanBy: 'TimestampDescending',
      }),
    );
    return MetricDataResults[0]?.Values?.[0];
  },
});

function isDeploying({ deploymentController, deployments = [], taskSets = [] }: Service): boolean {
  if (deploymentController?.type === 'CODE_DEPLOY') return taskSets.length > 1;
  return deployments.length > 1 || deployments.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS');
}
