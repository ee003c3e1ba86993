// 1,000 alarms evaluated each period: the share of a core that it takes, and how late changes of state are.
// How late they are is measured again under load: clients that put metrics as fast as --load says.
// npm run bench -- alarms [--json] [--alarms N] [--periods N] [--time-scale N] [--changing SHARE] [--load N]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createBell } from '../src/kernel/bell.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import { alarmsIn } from '../src/services/cloudwatch/alarms/records.ts';
import { cloudwatch } from '../src/services/cloudwatch/index.ts';
import { openStore } from '../src/store/open-store.ts';
import type { CallContext } from '../src/wire/types.ts';
import { median, print } from './support.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    alarms: { type: 'string', default: '1000' },
    periods: { type: 'string', default: '6' },
    'time-scale': { type: 'string', default: '6' },
    changing: { type: 'string', default: '0.1' },
    /** PutMetricData of 20 data each, a second. */
    load: { type: 'string', default: '100' },
  },
});
const count = Number(options.alarms);
const clock = systemClock(Number(options['time-scale']));
const period = 60_000 / clock.timeScale;
const ctx = { account: '000000000000', region: 'us-east-1' } as CallContext;

const folder = mkdtempSync(join(tmpdir(), 'teal-bench-'));
const store = await openStore(join(folder, 'teal.db'));
const service = cloudwatch({
  store,
  clock,
  logger: silentLogger(),
  bell: createBell(clock),
  emit: async () => undefined,
  clients: { sns: () => Promise.reject(new Error('unused')), lambda: () => raise() },
});
try {
  await createAlarms();
  await service.start();
  const lateness: number[] = [];
  const cpuShares: number[] = [];
  for (let round = 0; round < Number(options.periods); round += 1) {
    const { share, late } = await onePeriod(round);
    // The first periods begin with alarms that were never checked.
    if (round < 2) continue;
    cpuShares.push(share);
    lateness.push(...late);
  }
  const stopLoad = startLoad();
  const loaded: number[] = [];
  for (let round = 0; round < Number(options.periods); round += 1) {
    const { late } = await onePeriod(round);
    if (round >= 2) loaded.push(...late);
  }
  report(cpuShares, lateness, loaded, await stopLoad());
} finally {
  await service.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

async function createAlarms(): Promise<void> {
  const put = service.actions['PutMetricAlarm'] as (input: object, ctx: CallContext) => Promise<void>;
  for (let index = 0; index < count; index += 1)
    await put(
      {
        AlarmName: `alarm-${index}`,
        Namespace: 'Bench',
        MetricName: 'errors',
        Dimensions: [{ Name: 'Service', Value: `${index}` }],
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 3,
        DatapointsToAlarm: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      },
      ctx,
    );
}

/** Puts data of metrics that no alarm is about. @returns what ends it, and tells how many requests a second there were */
function startLoad(): () => Promise<number> {
  const put = service.actions['PutMetricData'] as (input: object, ctx: CallContext) => Promise<void>;
  const [startedAt, ending] = [performance.now(), new AbortController()];
  let done = 0;
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const due = ((performance.now() - startedAt) / 1000) * Number(options.load);
      const MetricData = Array.from({ length: 20 }, (_, n) => ({ MetricName: `load-${(done + n) % 1000}`, Value: n }));
      if (done >= due) await pause(5);
      else await put({ Namespace: 'Load', MetricData }, ctx).then(() => (done += 1));
    }
  };
  const running = run();
  return async () => {
    ending.abort();
    await running;
    return (done * 1000) / (performance.now() - startedAt);
  };
}

/** Publishes in the middle of a period, and watches until the middle of the next: its end is between them. */
async function onePeriod(round: number) {
  const end = (Math.floor(Date.now() / period) + 2) * period;
  await pause(end - period / 2 - Date.now());
  const at = new Date();
  // Each group breaches once, and is judged good again when the breach has left its window.
  const groups = Math.round(1 / Number(options.changing));
  for (let index = 0; index < count; index += 1)
    service.publish(ctx, 'Bench', [
      {
        name: 'errors',
        dimensions: { Service: `${index}` },
        unit: 'Count',
        at,
        values: [[index % groups === round % groups ? 5 : 0, 1]],
      },
    ]);
  await (service.actions['ListMetrics'] as (input: object, ctx: CallContext) => Promise<unknown>)({}, ctx);
  await pause(end - period / 4 - Date.now());
  const before = process.cpuUsage();
  await pause(end + period / 2 - 20 - Date.now());
  const { user, system } = process.cpuUsage(before);
  const changed = (await alarmsIn(store).list(ctx)).filter(({ state }) => state.updatedAt >= end);
  return {
    share: (user + system) / 1000 / period,
    late: changed.map(({ state }) => state.updatedAt - end),
  };
}

function p99Of(late: readonly number[]): number {
  return [...late].sort((a, b) => a - b)[Math.ceil(late.length * 0.99) - 1] ?? Number.NaN;
}

function report(shares: readonly number[], lateness: readonly number[], loaded: readonly number[], puts: number): void {
  const p99 = p99Of(lateness);
  const cpuMs = median(shares) * period;
  const figures = {
    alarms: count,
    timeScale: clock.timeScale,
    changes: lateness.length,
    cpuMsPerPeriod: cpuMs,
    shareOfCore: cpuMs / period,
    shareOfCoreInRealTime: cpuMs / 60_000,
    latenessAfterPeriodMs: { p50: median(lateness), p99 },
    putsPerSecond: puts,
    latenessUnderLoadMs: { p50: median(loaded), p99: p99Of(loaded) },
  };
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  print(options.json, figures, [
    `${count} alarms, ${figures.changes} changes of state seen at time scale ${clock.timeScale}: ${cpuMs.toFixed(0)} ms of CPU per period`,
    `a change is stored ${figures.latenessAfterPeriodMs.p50.toFixed(0)} ms (p50), ${p99.toFixed(0)} ms (p99) after the end of the period that decides it`,
    `under load, of ${puts.toFixed(0)} PutMetricData/s of 20 data each: ${median(loaded).toFixed(0)} ms (p50), ${p99Of(loaded).toFixed(0)} ms (p99), ${loaded.length} changes`,
    `share of a core: ${percent(figures.shareOfCore)} at this time scale, ${percent(figures.shareOfCoreInRealTime)} in real time`,
  ]);
}

function raise(): never {
  throw new Error('unused');
}
