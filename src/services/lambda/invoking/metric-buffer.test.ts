import { expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import type { MetricDatum } from '../../../kernel/metrics.ts';
import { createMetricBuffer } from './metric-buffer.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const at = (millis: number) => new Date(1_700_000_000_000 + millis);
const datum = (value: number, when: Date, more: Partial<MetricDatum> = {}): MetricDatum => ({
  name: 'Errors',
  dimensions: { FunctionName: 'f' },
  unit: 'Count',
  at: when,
  values: [[value, 1]],
  ...more,
});

it('publishes together what was measured in one second, and the rest apart', async () => {
  const published: (readonly MetricDatum[])[] = [];
  const buffer = createMetricBuffer(systemClock(), (_scope, _namespace, data) => void published.push(data));
  buffer.start();

  buffer.publish(scope, 'AWS/Lambda', [datum(0, at(10)), datum(1, at(20)), datum(0, at(900))]);
  buffer.publish(scope, 'AWS/Lambda', [datum(1, at(1000)), datum(7, at(30), { name: 'Duration' })]);
  buffer.publish({ ...scope, region: 'us-east-1' }, 'AWS/Lambda', [datum(1, at(40))]);
  await buffer.close();

  expect(published).toEqual([
    [
      datum(0, at(0), {
        values: [
          [0, 2],
          [1, 1],
        ],
      }),
      datum(1, at(1000)),
      datum(7, at(0), { name: 'Duration' }),
    ],
    [datum(1, at(0))],
  ]);
});

it('publishes nothing once it is closed', async () => {
  const published: unknown[] = [];
  const buffer = createMetricBuffer(systemClock(), (...all) => void published.push(all));
  await buffer.close();

  buffer.publish(scope, 'AWS/Lambda', [datum(1, at(0))]);

  expect(published).toEqual([]);
});
