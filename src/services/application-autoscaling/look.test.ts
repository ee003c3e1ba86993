import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { expect, it } from 'vitest';
import type { Scaling } from '../../aws/scaling.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createTurns } from '../../kernel/turns.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { Store } from '../../store/store.ts';
import { lookAt } from './look.ts';
import type { PolicyRecord } from './records.ts';

const POLICY: PolicyRecord = {
  ...{ name: 'keep', arn: 'arn:policy', resourceId: 'service/shop/web', hasAlarms: true, createdAt: 0 },
  tracking: { TargetValue: 50 },
  alarms: [
    { name: 'High', arn: 'arn:high' },
    { name: 'Low', arn: 'arn:low' },
  ],
};
const metric = { Namespace: 'App', MetricName: 'Requests' };

/** What is asked of CloudWatch for an alarm that watches these. */
async function askedFor(queries: readonly MetricDataQuery[], timeScale: number): Promise<readonly MetricDataQuery[]> {
  const asked: MetricDataQuery[] = [];
  const scaling: Pick<Scaling, 'alarms' | 'newestValue'> = {
    alarms: async () => [{ name: 'High', isActive: true, threshold: 50, queries }],
    newestValue: async (_scope, given) => (asked.push(...given), 75),
  };
  const deps = {
    ...{
      store: {} as Store,
      clock: systemClock(timeScale),
      logger: silentLogger(),
      wake: () => undefined,
      turns: createTurns(),
    },
    scaling: scaling as Scaling,
  };
  const seen = await lookAt(deps, { account: '111122223333', region: 'eu-west-1' }, POLICY);
  expect(seen).toMatchObject({ kind: 'tracking', high: 'High', value: 75 });
  return asked;
}

it('reads what the alarm watches over whole seconds, and takes a share of sums that are of more than its period', async () => {
  const queries = [
    { Id: 'all', MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' }, ReturnData: false },
    { Id: 'most', MetricStat: { Metric: metric, Period: 60, Stat: 'Maximum' }, ReturnData: false },
    { Id: 'both', Expression: 'all / most', ReturnData: true },
  ];

  expect(await askedFor(queries, 120)).toEqual([
    { Id: 'whole_all', MetricStat: { Metric: metric, Period: 1, Stat: 'Sum' }, ReturnData: false },
    { Id: 'all', Expression: 'whole_all * 0.5', ReturnData: false },
    { Id: 'most', MetricStat: { Metric: metric, Period: 1, Stat: 'Maximum' }, ReturnData: false },
    { Id: 'both', Expression: 'all / most', ReturnData: true },
  ]);
  expect(await askedFor(queries, 60)).toEqual(
    queries.map((query) => (query.MetricStat ? { ...query, MetricStat: { ...query.MetricStat, Period: 1 } } : query)),
  );
});
