import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { ScalingAlarm } from '../../aws/scaling.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Scope } from '../../kernel/scope.ts';
import { seconds } from '../../kernel/span.ts';
import type { PolicyView } from './decide/decide-capacity.ts';
import type { AutoscalingDeps } from './deps.ts';
import type { PolicyRecord } from './records.ts';

/** Sees a policy as its alarms and its metric are now. */
export async function lookAt(deps: AutoscalingDeps, scope: Scope, policy: PolicyRecord): Promise<PolicyView> {
  const alarms = await deps.scaling.alarms(scope, policy.arn);
  const active = alarms.filter(({ isActive }) => isActive);
  const shared = { name: policy.name, cooldown: policy.cooldown };
  if (policy.step) {
    const breaches = await Promise.all(
      active.map(async (alarm) => ({
        alarm: alarm.name,
        value: await valueOf(deps, scope, alarm),
        threshold: alarm.threshold,
      })),
    );
    return { ...shared, kind: 'step', step: policy.step, breaches };
  }
  const [high, low] = policy.alarms.map(({ name }) => active.find((alarm) => alarm.name === name));
  const alarm = high ?? low;
  return {
    ...shared,
    kind: 'tracking',
    high: high?.name,
    low: high ? undefined : low?.name,
    value: alarm && (await valueOf(deps, scope, alarm)),
    target: policy.tracking?.TargetValue ?? 1,
    canScaleIn: policy.tracking?.DisableScaleIn !== true,
  };
}

/** Periods that are looked back for a value: data may be late. */
const LOOK_BACK = 5;

/** The newest value of what an alarm watches, over a period as long as the alarm's under the time scale. */
async function valueOf({ clock, scaling }: AutoscalingDeps, scope: Scope, { queries }: ScalingAlarm) {
  const now = clock.now().getTime();
  const asked = queries.find(({ MetricStat: stat }) => stat)?.MetricStat?.Period ?? 60;
  const period = readable(clock, asked);
  // The period that still runs would say too little.
  const end = Math.floor(now / 1000 / period) * period * 1000;
  const from = new Date(end - LOOK_BACK * period * 1000);
  // A sum over more than the scaled period is that much larger than what the alarm compares.
  const sumShare = clock.scaled(seconds(asked)) / 1000 / period;
  const read = queries.flatMap((query) => readAs(query, period, sumShare));
  return scaling.newestValue(scope, read, from, new Date(end));
}

/** Whole seconds: CloudWatch reads no finer, and else only multiples of a minute. Source: GetMetricData. */
function readable(clock: Clock, period: number): number {
  const real = clock.scaled(seconds(period)) / 1000;
  return [1, 5, 10, 20, 30].find((allowed) => allowed >= real) ?? Math.ceil(real / 60) * 60;
}

/** Under its id, so that expressions that name it see what the alarm's own see. */
function readAs(query: MetricDataQuery, Period: number, sumShare: number): MetricDataQuery[] {
  if (!query.MetricStat) return [query];
  const read = { ...query, MetricStat: { ...query.MetricStat, Period } };
  if (query.MetricStat.Stat !== 'Sum' || sumShare === 1) return [read];
  const whole = `whole_${query.Id}`;
  return [
    { ...read, Id: whole, ReturnData: false },
    {
      Id: query.Id,
      Expression: `${whole} * ${sumShare}`,
      ...(query.ReturnData !== undefined && { ReturnData: query.ReturnData }),
    },
  ];
}
