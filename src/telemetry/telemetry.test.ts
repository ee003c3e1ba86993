import { afterEach, beforeEach, expect, it } from 'vitest';
import { parsePrometheus, total } from '../../test/support/prometheus.ts';
import { systemClock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { MetricDatum } from '../kernel/metrics.ts';
import { gauge } from '../kernel/readings.ts';
import { millis } from '../kernel/span.ts';
import { Histogram } from './histogram.ts';
import { openTelemetry, type Telemetry } from './telemetry.ts';
import { writeFamilies } from './text-format.ts';

const SCOPE = { account: '111122223333', region: 'eu-west-1' };
const datum = (more: Partial<MetricDatum>): MetricDatum => ({
  name: 'Errors',
  dimensions: {},
  unit: 'Count',
  at: new Date(0),
  values: [[1, 1]],
  ...more,
});

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = openTelemetry('/nowhere/teal.db', silentLogger());
});
afterEach(() => telemetry.close());

const read = async (sources = {}) => parsePrometheus(await telemetry.page(sources));

it('escapes what labels and help hold, so that it is read back as it was', () => {
  const odd = 'a "quoted" \\n and\na second line';
  const text = writeFamilies([gauge('odd', odd, [{ labels: { name: odd, other: '' }, value: -Infinity }])]);

  expect(text.split('\n')[0]).toBe('# HELP odd a "quoted" \\\\n and\\na second line');
  expect(parsePrometheus(text).get('odd')).toEqual({
    help: odd,
    type: 'gauge',
    samples: [{ name: 'odd', labels: { name: odd, other: '' }, value: -Infinity }],
  });
});

it('writes the buckets of a histogram so that each holds those before it', () => {
  const times = new Histogram('times', 'Times.', [1, 10]);
  for (const value of [0.5, 1, 7, 10.5]) times.add({ of: 'a' }, value);

  expect(writeFamilies([times.family()])).toBe(
    [
      '# HELP times Times.',
      '# TYPE times histogram',
      'times_bucket{of="a",le="1"} 2',
      'times_bucket{of="a",le="10"} 3',
      'times_bucket{of="a",le="+Inf"} 4',
      'times_sum{of="a"} 19',
      'times_count{of="a"} 4',
      '',
    ].join('\n'),
  );
});

it('tells of this process, and of the requests it answered', async () => {
  const call = { service: 'ecs', operation: 'ListTasks', status: 200, seconds: 0.02, isInternal: false };
  telemetry.countCall(call);
  telemetry.countCall({ ...call, status: 400 });
  telemetry.countCall({ ...call, isInternal: true });

  const page = await read();

  const requests = (labels: Record<string, string>) => total(page, 'teal_api_requests_total', labels);
  expect(requests({ action: 'ListTasks', caller: 'client', status: '200' })).toBe(1);
  expect(requests({ service: 'ecs', status: '400' })).toBe(1);
  expect(requests({ caller: 'teal' })).toBe(1);
  expect(total(page, 'teal_api_request_duration_seconds', { action: 'ListTasks' }, '_count')).toBe(2);
  expect(total(page, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(total(page, 'nodejs_eventloop_lag_max_seconds')).toBeGreaterThanOrEqual(0);
});

it('leaves out a source that fails, says so, and tells the others', async () => {
  const page = await read({
    broken: () => Promise.reject(new Error('the balancer is away')),
    sound: async () => [gauge('sound', 'Sound.', [{ labels: {}, value: 7 }])],
  });

  expect(total(page, 'sound')).toBe(7);
  expect(total(page, 'teal_metrics_source_up', { source: 'broken' })).toBe(0);
  expect(total(page, 'teal_metrics_source_up', { source: 'sound' })).toBe(1);
});

it('counts how late a loop woke, unless something ended its wait', async () => {
  const clock = telemetry.watch(systemClock(), 'ecs');
  const early = new AbortController();

  await clock.sleep(millis(1));
  const sleeping = clock.sleep(millis(60_000), early.signal);
  early.abort();
  await sleeping;

  expect(total(await read(), 'teal_loop_lateness_seconds', { part: 'ecs' }, '_count')).toBe(1);
});

it("adds up what AWS's namespaces are told of, and nothing of users' own", async () => {
  const publish = telemetry.tap(() => undefined);
  const dimensions = { FunctionName: 'hook' };
  publish(SCOPE, 'AWS/Lambda', [datum({ dimensions, values: [[1, 3]] })]);
  publish(SCOPE, 'AWS/Lambda', [datum({ dimensions }), datum({ name: 'Duration', values: [[250, 2]] })]);
  publish(SCOPE, 'AWS/ApplicationELB', [datum({ name: 'RequestCount' })]);
  publish(SCOPE, 'Shop', [datum({ name: 'Orders' })]);

  const page = await read();

  expect(page.get('aws_lambda_errors')?.samples).toEqual([
    { name: 'aws_lambda_errors_sum', labels: { ...SCOPE, function_name: 'hook' }, value: 4 },
    { name: 'aws_lambda_errors_count', labels: { ...SCOPE, function_name: 'hook' }, value: 4 },
  ]);
  expect(total(page, 'aws_lambda_duration', {}, '_sum')).toBe(500);
  expect([...page.keys()].filter((name) => /^(aws_application|shop)/.test(name))).toEqual([]);
});

it('counts deployments by group and status, and how long they and their events took', async () => {
  const dimensions = { ApplicationName: 'shop', DeploymentGroupName: 'web' };
  const publish = telemetry.tap(() => undefined);
  publish(SCOPE, 'Teal/CodeDeploy', [
    datum({ name: 'DeploymentsFailed', dimensions }),
    datum({ name: 'DeploymentsFailed' }),
    datum({ name: 'DeploymentDuration', dimensions, values: [[42, 1]] }),
    datum({
      name: 'LifecycleEventDuration',
      dimensions: { ...dimensions, LifecycleEvent: 'Install' },
      values: [[7, 1]],
    }),
    datum({ name: 'Rollbacks', dimensions }),
  ]);

  const page = await read();

  const group = { ...SCOPE, application: 'shop', deployment_group: 'web' };
  expect(total(page, 'teal_codedeploy_deployments_total', { ...group, status: 'failed' })).toBe(1);
  expect(total(page, 'teal_codedeploy_rollbacks_total', group)).toBe(1);
  expect(total(page, 'teal_codedeploy_deployment_duration_seconds', group, '_sum')).toBe(42);
  expect(total(page, 'teal_codedeploy_lifecycle_event_duration_seconds', { event: 'Install' }, '_sum')).toBe(7);
});
