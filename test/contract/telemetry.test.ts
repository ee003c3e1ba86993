import { type CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { UpdateDeploymentGroupCommand } from '@aws-sdk/client-codedeploy';
import { DescribeServicesCommand, UpdateClusterSettingsCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCOUNT } from '../../src/cli/demo/clients.ts';
import { NAMES } from '../../src/cli/demo/stack.ts';
import { sendTraffic } from '../../src/cli/demo/traffic.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { cloudWatchClient } from '../support/cloudwatch.ts';
import { eventually } from '../support/eventually.ts';
import { parsePrometheus, total } from '../support/prometheus.ts';
import { buildSample, ending, releaseVersion, type Sample } from '../support/sample.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

/** A deployment takes 10 s on an idle machine. */
const LIMIT_MS = 240_000;
const AT_ONCE = 'CodeDeployDefault.ECSAllAtOnce';
const GROUP = { application: NAMES.application, deployment_group: NAMES.group };
const SERVICE = { ClusterName: NAMES.cluster, ServiceName: NAMES.service };

let teal: TestTeal;
let sample: Sample;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  teal = await startTestTeal();
  sample = await buildSample(teal.url);
  cloudwatch = cloudWatchClient({ url: teal.url, account: ACCOUNT });
}, LIMIT_MS);
afterAll(async () => {
  cloudwatch?.destroy();
  await teal?.close();
});

async function scrape() {
  const response = await fetch(`${teal.url}/_teal/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parsePrometheus(await response.text());
}
type Page = Awaited<ReturnType<typeof scrape>>;

/** The page once it fits. */
const page = (what: string, fits: (found: Page) => boolean): Promise<Page> =>
  eventually(
    what,
    async () => {
      const found = await scrape();
      return fits(found) ? found : undefined;
    },
    LIMIT_MS,
  );

async function statistics(namespace: string, name: string, dimensions: Record<string, string>, period = 60) {
  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: period,
      Statistics: ['Sum', 'SampleCount', 'Maximum'],
    }),
  );
  return Datapoints;
}
const sum = async (name: string, dimensions: Record<string, string>) =>
  (await statistics('Teal/CodeDeploy', name, dimensions)).reduce((all, { Sum = 0 }) => all + Sum, 0);

it(
  "tells a deployment's numbers: its requests, its tasks, its stages, and that it ended",
  { timeout: LIMIT_MS },
  async () => {
    const traffic = sendTraffic(sample.stack.productionUrl, 50, systemClock());
    const deploymentId = await releaseVersion(sample, 'v2', { config: AT_ONCE });
    await page('a deployment in flight', (found) => total(found, 'teal_active_deployments') === 1);
    const { status } = await ending(sample.clients, deploymentId, LIMIT_MS);
    await traffic.stop();

    const sent = traffic.samples.length;
    const answered = (found: Page) => total(found, 'teal_elb_target_responses_total', { code: '2xx' });
    const found = await page('every answer', (one) => (answered(one) ?? 0) >= sent);
    const ended = { ...GROUP, status: 'succeeded' };
    const epoch = (one: Page, state: string) => total(one, 'teal_balancer_epoch', { state });
    await page('a load balancer that does what is wanted', (one) => epoch(one, 'applied') === epoch(one, 'wanted'));
    const done = await page('the end', (one) => total(one, 'teal_codedeploy_deployments_total', ended) === 1);

    expect(status).toBe('Succeeded');
    expect(traffic.samples.filter(({ failure }) => failure)).toEqual([]);
    expect(total(found, 'teal_elb_target_requests_total')).toBeGreaterThanOrEqual(sent);
    expect(total(found, 'teal_elb_target_response_time_seconds', {}, '_count')).toBe(answered(found));
    expect(total(found, 'teal_elb_target_responses_total', { code: '5xx' })).toBe(0);
    expect(total(done, 'teal_active_deployments')).toBe(0);
    expect(total(done, 'teal_codedeploy_deployments_total', { ...GROUP, status: 'started' })).toBe(1);
    expect(total(done, 'teal_codedeploy_deployment_duration_seconds', GROUP, '_count')).toBe(1);
    for (const event of ['Install', 'AllowTraffic'])
      expect(total(done, 'teal_codedeploy_lifecycle_event_duration_seconds', { event }, '_count')).toBe(1);
    const created = { service: 'codedeploy', action: 'CreateDeployment', status: '200', caller: 'client' };
    expect(total(done, 'teal_api_requests_total', created)).toBe(1);
    expect(total(done, 'teal_store_statement_duration_seconds', { kind: 'commit' }, '_count')).toBeGreaterThan(0);
    expect(total(done, 'teal_metrics_source_up')).toBe(done.get('teal_metrics_source_up')?.samples.length);
  },
);

it("tells CloudWatch of deployments under Teal's own namespace, stored before they are told of", async () => {
  const group = { ApplicationName: NAMES.application, DeploymentGroupName: NAMES.group };

  expect(await sum('DeploymentsStarted', group)).toBe(1);
  expect(await sum('DeploymentsSucceeded', {})).toBe(1);
  expect(await sum('DeploymentDuration', group)).toBeGreaterThan(0);
  expect(await sum('LifecycleEventDuration', { ...group, LifecycleEvent: 'Install' })).toBeGreaterThan(0);
});

it('tells CloudWatch and Prometheus what the tasks of a service use, with a sample for each', async () => {
  const running = await eventually('a service that has what it wants', async () => {
    const command = new DescribeServicesCommand({ cluster: NAMES.cluster, services: [NAMES.service] });
    const [service] = (await sample.clients.ecs.send(command)).services ?? [];
    return service?.runningCount === service?.desiredCount ? service?.runningCount : undefined;
  });

  const used = await eventually('a sample of every task', async () =>
    (await statistics('AWS/ECS', 'MemoryUtilization', SERVICE, 1)).find(({ SampleCount }) => SampleCount === running),
  );
  const found = await page('what is used', (one) => (total(one, 'teal_ecs_memory_used_bytes') ?? 0) > 0);

  expect(running).toBeGreaterThan(0);
  // A Node.js takes 30 to 100 MB of the 128 MiB that the sample reserves.
  expect(used.Maximum).toBeGreaterThan(5);
  expect(used.Maximum).toBeLessThan(200);
  expect(
    (await statistics('AWS/ECS', 'CPUUtilization', { ClusterName: NAMES.cluster }))[0]?.SampleCount,
  ).toBeGreaterThan(0);
  const service = { account: ACCOUNT, cluster: NAMES.cluster, service: NAMES.service };
  expect(total(found, 'teal_ecs_tasks', { ...service, state: 'running' })).toBe(running);
  expect(total(found, 'teal_ecs_desired_tasks', service)).toBe(running);
  expect(total(found, 'teal_ecs_memory_utilization_ratio', service)).toBeGreaterThan(0.05);
});

const INSIGHTS = ['TaskCount', 'ServiceCount', 'RunningTaskCount', 'PendingTaskCount', 'DesiredTaskCount'].concat([
  'TaskSetCount',
  'DeploymentCount',
  'MemoryUtilized',
  'MemoryReserved',
]);

it('tells Container Insights once the cluster has it', async () => {
  const names = async () =>
    (await cloudwatch.send(new ListMetricsCommand({ Namespace: 'ECS/ContainerInsights' }))).Metrics ?? [];
  expect(await names()).toEqual([]);

  const settings = [{ name: 'containerInsights' as const, value: 'enabled' }];
  await sample.clients.ecs.send(new UpdateClusterSettingsCommand({ cluster: NAMES.cluster, settings }));

  const found = await eventually('metrics of Container Insights', async () => {
    const listed = await names();
    return new Set(listed.map(({ MetricName }) => MetricName)).size >= INSIGHTS.length ? listed : undefined;
  });
  expect(new Set(found.map(({ MetricName }) => MetricName))).toEqual(new Set(INSIGHTS));
});

it('counts a rollback and the deployment that failed', { timeout: LIMIT_MS }, async () => {
  await sample.clients.codedeploy.send(
    new UpdateDeploymentGroupCommand({
      applicationName: NAMES.application,
      currentDeploymentGroupName: NAMES.group,
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
    }),
  );
  const deploymentId = await releaseVersion(sample, 'v3', { config: AT_ONCE, isGood: false });
  await ending(sample.clients, deploymentId, LIMIT_MS);

  const count = (one: Page, status: string) => total(one, 'teal_codedeploy_deployments_total', { ...GROUP, status });
  const found = await page('both ends', (one) => count(one, 'succeeded') === 2 && count(one, 'failed') === 1);

  expect(total(found, 'teal_codedeploy_rollbacks_total', GROUP)).toBe(1);
  expect(await sum('Rollbacks', {})).toBe(1);
});
