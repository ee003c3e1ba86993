import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { awsCommand, awsCommandUnavailable } from '../support/aws-command.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';
import { python } from '../wire/python.ts';

const LIMIT_MS = 400_000;
const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'boto3_metrics.py');

const boto3 = await python(['-c', 'import boto3']);
const noBoto3 = boto3.code !== 0 && !process.env['CI'];
const missing = awsCommandUnavailable();
const noAws = missing !== undefined && (!process.env['CI'] || missing.includes('does not read'));

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal({ clock: systemClock(1) });
});
afterAll(() => teal.close());

it.skipIf(noBoto3).each(['smithy-rpc-v2-cbor', 'json', 'query'])(
  `puts, reads and lists metrics through boto3 in %s${noBoto3 ? ' (skipped: python3 with boto3 is not here)' : ''}`,
  async (protocol) => {
    const { code, output } = await python([SCRIPT, teal.url, protocol]);

    expect(output.trim()).toBe('fine');
    expect(code).toBe(0);
  },
  LIMIT_MS,
);

it.skipIf(noAws)(
  `puts, reads and lists metrics with the aws command${noAws ? ` (skipped: ${missing})` : ''}`,
  async () => {
    const aws = awsCommand(teal.url);
    const [start, end] = [new Date(Date.now() - 600_000).toISOString(), new Date(Date.now() + 120_000).toISOString()];
    const put = ['cloudwatch', 'put-metric-data', '--namespace', 'Cli', '--metric-name', 'requests'];

    await aws.text(...put, '--value', '2', '--unit', 'Count', '--dimensions', 'Service=shop');
    await aws.text(...put, '--value', '3', '--unit', 'Count', '--dimensions', 'Service=shop');

    const name = await aws.value(
      'Metrics[].[MetricName,Dimensions[0].Value]',
      'cloudwatch',
      'list-metrics',
      '--namespace',
      'Cli',
    );
    expect(name).toBe('requests\tshop');
    const asked = ['--start-time', start, '--end-time', end];
    const metric = ['--namespace', 'Cli', '--metric-name', 'requests', '--dimensions', 'Name=Service,Value=shop'];
    const sum = ['cloudwatch', 'get-metric-statistics', ...metric, ...asked, '--period', '3600', '--statistics', 'Sum'];
    // In query and CBOR these are doubles, which the command shows as 5.0.
    expect(await aws.value('Datapoints[].[Sum,Unit]', ...sum)).toMatch(/^5(\.0)?\tCount$/);
    const query = JSON.stringify([
      {
        Id: 'm',
        MetricStat: {
          Metric: {
            Namespace: 'Cli',
            MetricName: 'requests',
            Dimensions: [{ Name: 'Service', Value: 'shop' }],
          },
          Period: 3600,
          Stat: 'Sum',
        },
      },
      { Id: 'doubled', Expression: 'm * 2' },
    ]);
    const data = ['cloudwatch', 'get-metric-data', '--metric-data-queries', query, ...asked];
    expect(await aws.value('MetricDataResults[].Values[]', ...data)).toMatch(/^5(\.0)?\t10(\.0)?$/);
    await expect(aws.text(...put, '--value', '1', '--namespace', 'AWS/ECS')).rejects.toThrow(
      'The value AWS/ for parameter Namespace is invalid.',
    );
  },
  LIMIT_MS,
);
