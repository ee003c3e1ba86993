import { monitorEventLoopDelay } from 'node:perf_hooks';
import { counter, gauge, type Family } from '../kernel/readings.ts';
import { version } from '../kernel/version.ts';

export interface ProcessReadings {
  families(): Family[];
  close(): void;
}

/** Milliseconds: 50 looks a second take 0.1 % of a processor. */
const RESOLUTION = 20;

/**
 * Reads this process, under the names that dashboards for Node.js know. The event loop's delay is what was seen since
 * the page was last asked for.
 */
export function openProcessReadings(): ProcessReadings {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  /** What is recorded is the whole time from one look to the next. */
  const late = (nanos: number): number => Math.max(0, nanos / 1e9 - RESOLUTION / 1000) || 0;
  const lag = (): Family[] => {
    const { max, mean } = delay;
    const [p50, p99] = [delay.percentile(50), delay.percentile(99)];
    delay.reset();
    return [
      one('nodejs_eventloop_lag_mean_seconds', 'Mean delay of the event loop.', late(mean)),
      one('nodejs_eventloop_lag_max_seconds', 'Longest delay of the event loop.', late(max)),
      one('nodejs_eventloop_lag_p50_seconds', 'Median delay of the event loop.', late(p50)),
      one('nodejs_eventloop_lag_p99_seconds', 'Delay of the event loop, 99th percentile.', late(p99)),
    ];
  };
  return { families: () => [...usage(), ...lag()], close: () => delay.disable() };
}

const one = (name: string, help: string, value: number): Family => gauge(name, help, [{ labels: {}, value }]);

function usage(): Family[] {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const startedAt = Math.round(performance.timeOrigin / 1000);
  return [
    gauge('teal_build_info', 'Always 1; the version of Teal and of Node.js.', [
      { labels: { version: version(), node: process.version }, value: 1 },
    ]),
    one('process_start_time_seconds', 'When the process started, in seconds since 1970.', startedAt),
    counter('process_cpu_seconds_total', 'User and system processor time.', [
      { labels: {}, value: (user + system) / 1e6 },
    ]),
    one('process_resident_memory_bytes', 'Resident memory.', rss),
    one('nodejs_heap_size_total_bytes', 'Size of the heap.', heapTotal),
    one('nodejs_heap_size_used_bytes', 'Used part of the heap.', heapUsed),
    one('nodejs_external_memory_bytes', 'Memory outside of the heap.', external),
  ];
}
