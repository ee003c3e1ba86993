import { CloudWatchClient, PutMetricAlarmCommand, type PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, PutMetricFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import { UpdateDeploymentGroupCommand, type DeploymentInfo } from '@aws-sdk/client-codedeploy';
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ACCOUNT, REGION } from '../../src/cli/demo/clients.ts';
import { NAMES } from '../../src/cli/demo/stack.ts';
import { sendTraffic, type Sample as Answer } from '../../src/cli/demo/traffic.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { ailing, LOG_GROUP, type Ailment } from './ailing-app.ts';
import { eventually } from './eventually.ts';
import { buildSample, deploymentInfo, ending, releaseVersion, type Sample } from './sample.ts';

const REQUESTS_PER_SECOND = 300;

/** What a user would watch: the whole load balancer, or the log. */
export const WATCHED: Readonly<Record<Ailment, Partial<PutMetricAlarmCommandInput>>> = {
  'answers one request in fifty with 500': {
    MetricName: 'HTTPCode_Target_5XX_Count',
    Statistic: 'Sum',
    Threshold: 0,
  },
  'takes half a second for one request in twenty': {
    MetricName: 'TargetResponseTime',
    ExtendedStatistic: 'p99.9',
    Threshold: 0.4,
  },
  'logs an error for one request in fifty': {
    Namespace: 'Shop',
    MetricName: 'LostCarts',
    Dimensions: [],
    Statistic: 'Sum',
    Threshold: 0,
  },
};

export interface WatchedRelease {
  readonly stopped: DeploymentInfo;
  readonly rollback: DeploymentInfo;
  /** Until some time after the rollback. */
  readonly answers: readonly Answer[];
}

/** Releases a version that ails as a canary under traffic, with an alarm that watches for it. */
export async function releaseAiling(endpoint: string, ailment: Ailment): Promise<WatchedRelease> {
  const sample = await buildSample(endpoint, ailing(ailment));
  await watch(sample, endpoint, WATCHED[ailment]);
  const traffic = sendTraffic(sample.stack.productionUrl, REQUESTS_PER_SECOND, systemClock());
  try {
    const id = await releaseVersion(sample, 'v2', { config: 'CodeDeployDefault.ECSCanary10Percent15Minutes' });
    const stopped = await ending(sample.clients, id);
    const rollbackId = await eventually(
      'the rollback',
      async () => (await deploymentInfo(sample.clients, id)).rollbackInfo?.rollbackDeploymentId,
    );
    const rollback = await ending(sample.clients, rollbackId);
    const answered = traffic.samples.length;
    // What was under way on the slow release still comes, up to half a second later.
    await eventually('four hundred answers in a row of v1', async () => {
      const last = traffic.samples.slice(Math.max(answered, traffic.samples.length - 400));
      return last.length === 400 && last.every(({ version }) => version === 'v1') ? true : undefined;
    });
    return { stopped, rollback, answers: traffic.samples };
  } finally {
    await traffic.stop();
  }
}

/** Makes an alarm of one minute, and has the deployment group stop and go back by it. */
async function watch(
  { clients }: Sample,
  endpoint: string,
  watched: Partial<PutMetricAlarmCommandInput>,
): Promise<void> {
  const { LoadBalancers = [] } = await clients.elbv2.send(new DescribeLoadBalancersCommand({}));
  const arn = LoadBalancers[0]?.LoadBalancerArn ?? '';
  const cloudwatch = new CloudWatchClient(configFor(endpoint));
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'release',
      Namespace: 'AWS/ApplicationELB',
      Dimensions: [{ Name: 'LoadBalancer', Value: arn.slice(arn.indexOf('loadbalancer/') + 'loadbalancer/'.length) }],
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      MetricName: '',
      Threshold: 0,
      ...watched,
    }),
  );
  cloudwatch.destroy();
  await countErrorLines(endpoint);
  await clients.codedeploy.send(
    new UpdateDeploymentGroupCommand({
      applicationName: NAMES.application,
      currentDeploymentGroupName: NAMES.group,
      alarmConfiguration: { enabled: true, alarms: [{ name: 'release' }] },
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
    }),
  );
}

async function countErrorLines(endpoint: string): Promise<void> {
  const logs = new CloudWatchLogsClient(configFor(endpoint));
  await logs.send(
    new PutMetricFilterCommand({
      logGroupName: LOG_GROUP,
      filterName: 'errors',
      filterPattern: 'ERROR',
      metricTransformations: [{ metricNamespace: 'Shop', metricName: 'LostCarts', metricValue: '1' }],
    }),
  );
  logs.destroy();
}

const configFor = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'any' },
});
