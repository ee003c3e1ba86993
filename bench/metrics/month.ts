// Fills a store with what a platform publishes in a month, as roll-up leaves it.
import { packBlock, type Points } from '../../src/services/cloudwatch/series/block-codec.ts';
import { dimensionKey } from '../../src/services/cloudwatch/series/metric-identity.ts';
import { Summary } from '../../src/services/cloudwatch/series/summary.ts';
import { floorTo, TIERS, type Tier } from '../../src/services/cloudwatch/series/tiers.ts';
import type { Block } from '../../src/store/metric-series.ts';
import type { Store } from '../../src/store/store.ts';

const DAY = 86_400;
const MONTH = 30 * DAY;
/** How many different points of each kind there are; they are written in turn, and no block holds one twice. */
const POOL = 720;
const REQUESTS_PER_MINUTE = 600;

type Kind = 'counter' | 'gauge' | 'latency';

/** What one service on ECS behind a load balancer has, and one hook function. */
const METRICS: readonly (readonly [namespace: string, name: string, unit: string, kind: Kind, sets: number])[] = [
  ['AWS/ApplicationELB', 'RequestCount', 'Count', 'counter', 4],
  ['AWS/ApplicationELB', 'HTTPCode_Target_2XX_Count', 'Count', 'counter', 4],
  ['AWS/ApplicationELB', 'HTTPCode_Target_4XX_Count', 'Count', 'counter', 4],
  ['AWS/ApplicationELB', 'HTTPCode_Target_5XX_Count', 'Count', 'counter', 4],
  ['AWS/ApplicationELB', 'TargetResponseTime', 'Seconds', 'latency', 4],
  ['AWS/ApplicationELB', 'HealthyHostCount', 'Count', 'counter', 2],
  ['AWS/ApplicationELB', 'UnHealthyHostCount', 'Count', 'counter', 2],
  ['AWS/ApplicationELB', 'RequestCountPerTarget', 'Count', 'counter', 2],
  ['AWS/ApplicationELB', 'ProcessedBytes', 'Bytes', 'gauge', 2],
  ['AWS/ApplicationELB', 'ActiveConnectionCount', 'Count', 'counter', 2],
  ['AWS/ECS', 'CPUUtilization', 'Percent', 'gauge', 1],
  ['AWS/ECS', 'MemoryUtilization', 'Percent', 'gauge', 1],
  ['AWS/Lambda', 'Duration', 'Milliseconds', 'latency', 1],
  ['AWS/Lambda', 'Invocations', 'Count', 'counter', 1],
];

interface Packed {
  readonly block: Omit<Block, 'series'>;
  /** Its points. */
  readonly held: number;
}

export interface Filled {
  readonly series: number;
  readonly points: number;
}

export const aMetric = { namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime', dimensions: dimensions(0, 0) };

/**
 * Metrics of one kind have the same points: they are packed once, and stored for each.
 *
 * @param now - epoch milliseconds
 */
export async function fillMonth(store: Store, services: number, now: number): Promise<Filled> {
  const seconds = Math.floor(now / 1000);
  let [series, points] = [0, 0];
  const known = new Map<string, readonly Packed[]>();
  for (let service = 0; service < services; service += 1) {
    await store.transaction(async (tx) => {
      for (const [namespace, name, unit, kind, sets] of METRICS)
        for (let set = 0; set < sets; set += 1) {
          const key = { account: '000000000000', region: 'us-east-1', namespace, name, unit };
          const id = await tx.metricSeries.add({ ...key, dimensions: dimensionKey(dimensions(service, set)) }, seconds);
          const packed = known.get(kind) ?? blocksOf(kind, seconds);
          known.set(kind, packed);
          await tx.metricSeries.put(packed.map(({ block }) => ({ ...block, series: id })));
          series += 1;
          points += packed.reduce((sum, { held }) => sum + held, 0);
        }
    });
  }
  return { series, points };
}

function dimensions(service: number, set: number): Record<string, string> {
  const LoadBalancer = `app/shop-${service}/50dc6c495c0c9188`;
  const TargetGroup = `targetgroup/shop-${service}-blue/73e2d6bc24d8a067`;
  const all = { LoadBalancer, TargetGroup, AvailabilityZone: 'us-east-1a', Fourth: String(set) };
  return Object.fromEntries(Object.entries(all).slice(0, set + 1));
}

/** Newest first: seconds, minutes, five minutes, up to a month ago. */
function blocksOf(kind: Kind, now: number): readonly Packed[] {
  const found: Packed[] = [];
  let end = floorTo(now, 60);
  for (const tier of TIERS) {
    // A tier keeps what is not yet a whole block of the next one.
    const next = TIERS.at(TIERS.findIndex(({ id }) => id === tier.id) + 1) ?? tier;
    const start = Math.max(now - MONTH, floorTo(now - tier.keptFor, next.span));
    const step = Math.max(60, tier.seconds);
    const blocks = new Map<number, Points>();
    for (let at = floorTo(end, step) - step; at >= start; at -= step) {
      const block = floorTo(at, tier.span);
      const held = blocks.get(block) ?? new Map<number, Summary>();
      blocks.set(block, held.set(at * 1000, pointAt(kind, step, at)));
      end = at;
    }
    for (const [at, held] of blocks) found.push({ block: pack(tier, at, held), held: held.size });
  }
  return found;
}

const pack = (tier: Tier, start: number, points: Points): Packed['block'] => ({
  tier: tier.id,
  start,
  data: packBlock(tier, start, points),
});

const pools = new Map<string, readonly Summary[]>();

/** A point of so many seconds, from a pool of different ones. */
function pointAt(kind: Kind, step: number, at: number): Summary {
  const key = `${kind}/${step}`;
  const pool = pools.get(key) ?? Array.from({ length: POOL }, () => randomPoint(kind, step / 60));
  pools.set(key, pool);
  return pool[(at / step) % POOL] ?? new Summary();
}

function randomPoint(kind: Kind, minutes: number): Summary {
  const summary = new Summary();
  if (kind === 'counter') summary.addValue(1, Math.round(REQUESTS_PER_MINUTE * minutes * (0.5 + Math.random())));
  for (let n = 0; kind === 'gauge' && n < minutes; n += 1) summary.addValue(Math.random() * 100, 1);
  for (let n = 0; kind === 'latency' && n < REQUESTS_PER_MINUTE * minutes; n += 1)
    summary.addValue(Math.round(20_000 * Math.exp(gauss())) / 1e6, 1);
  summary.limitValues({ exactValues: 16, coarseness: 2 });
  return summary;
}

/** Response times are log-normal: most near 20 ms, one in a hundred above 200 ms. */
const gauss = (): number => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
