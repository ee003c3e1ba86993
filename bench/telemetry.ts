// What counting costs each request and statement, and the page for Prometheus of 100 services with 300 tasks.
// npm run bench -- telemetry [--json] [--services N] [--tasks N]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readGroupUsage } from '../src/drivers/runtimes/process/group-usage.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import { makeTask } from '../src/services/ecs/loop/make-task.ts';
import { ecsReadings } from '../src/services/ecs/metrics/readings.ts';
import { clusters, newCluster } from '../src/services/ecs/records/cluster.ts';
import { services, type ServiceRecord } from '../src/services/ecs/records/service.ts';
import type { TaskDefinitionRecord } from '../src/services/ecs/records/task-definition.ts';
import { tasks } from '../src/services/ecs/records/task.ts';
import { openStore } from '../src/store/open-store.ts';
import { openTelemetry } from '../src/telemetry/telemetry.ts';
import { median, print } from './support.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    services: { type: 'string', default: '100' },
    tasks: { type: 'string', default: '3' },
  },
});
const SCOPE = { account: '000000000000', region: 'us-east-1' };
const TIMES = 200_000;
const SCRAPED_EVERY = 15_000;

const folder = mkdtempSync(join(tmpdir(), 'teal-bench-'));
const telemetry = openTelemetry(join(folder, 'teal.db'), silentLogger());
const store = await openStore(join(folder, 'teal.db'), telemetry.countStatement);
try {
  await fill();
  const call = { service: 'ecs', operation: 'ListTasks', status: 200, seconds: 0.004, isInternal: false };
  const nanosOfCall = nanosEach(() => telemetry.countCall(call));
  const nanosOfStatement = nanosEach(() => telemetry.countStatement('read', 0.0002));
  const pages: number[] = [];
  let bytes = 0;
  for (let round = 0; round < 20; round += 1) {
    const before = process.cpuUsage();
    bytes = (await telemetry.page({ ecs: () => ecsReadings(store, new Map()) })).length;
    const { user, system } = process.cpuUsage(before);
    pages.push((user + system) / 1000);
  }
  const before = process.cpuUsage();
  for (let round = 0; round < 20; round += 1) await readGroupUsage(new Set([process.pid]));
  const looked = process.cpuUsage(before);
  const figures = {
    nanosOfCall,
    nanosOfStatement,
    pageBytes: bytes,
    pageCpuMillis: median(pages),
    processUsageCpuMillis: (looked.user + looked.system) / 1000 / 20,
  };
  const shareOfCore = figures.pageCpuMillis / SCRAPED_EVERY + figures.processUsageCpuMillis / 60_000;
  print(options.json, { ...figures, shareOfCore }, [
    `${nanosOfCall} ns to count a request, ${nanosOfStatement} ns a statement`,
    `${figures.pageCpuMillis.toFixed(1)} ms of CPU for a page of ${bytes} bytes`,
    `${figures.processUsageCpuMillis.toFixed(1)} ms of CPU to look at all processes of this machine`,
    `${(shareOfCore * 100).toFixed(3)} % of a core when the page is read every 15 s and processes every minute`,
  ]);
} finally {
  telemetry.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

function nanosEach(work: () => void): number {
  for (let warm = 0; warm < TIMES / 10; warm += 1) work();
  const startedAt = performance.now();
  for (let time = 0; time < TIMES; time += 1) work();
  return Math.round(((performance.now() - startedAt) * 1e6) / TIMES);
}

async function fill(): Promise<void> {
  const definition = {
    family: 'web',
    revision: 1,
    arn: 'web:1',
    definition: { containerDefinitions: [{ name: 'web', image: 'web', memory: 64, cpu: 256 }] },
  } as unknown as TaskDefinitionRecord;
  await store.transaction(async (tx) => {
    await clusters(tx).put(SCOPE, 'shop', newCluster('shop'));
    for (let index = 0; index < Number(options.services); index += 1) {
      const name = `web-${index}`;
      const service = { name, cluster: 'shop', status: 'ACTIVE', desiredCount: 3 } as ServiceRecord;
      await services(tx).put(SCOPE, `shop/${name}`, service, { parent: 'shop' });
      for (let at = 0; at < Number(options.tasks); at += 1) {
        const wish = { cluster: 'shop', definition, launchType: 'FARGATE', service: name, group: name } as const;
        const task = { ...makeTask(SCOPE, wish, at), lastStatus: 'RUNNING' as const };
        await tasks(tx).put(SCOPE, task.id, task, { parent: 'shop' });
      }
    }
  });
}
