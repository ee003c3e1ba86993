// How exactly and how quickly traffic moves: 10 % over many requests, then random shifts under full load.
// npm run bench -- shift [--requests N] [--shifts N] [--json]
//
// The lag of a shift that takes a group's last percent is the time from its acknowledgement (apply resolves,
// ModifyListener or `set map` answers) until that group got its last request; it is 0 when none came afterwards. Load,
// targets and load balancers are processes of their own on shared cores: read ratios, not absolutes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hrtime } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { listPeers, openPeer, type Peer } from './shift/peers.ts';
import { type Counts, type Part, serveBackends, serveLoad, startPart } from './shift/processes.ts';
import { print } from './support.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    requests: { type: 'string', default: '100000' },
    shifts: { type: 'string', default: '100' },
    role: { type: 'string' },
  },
});

interface Result {
  readonly name: string;
  /** Percent of the requests that green got at weight 10, and how many standard deviations that is off. */
  readonly share: number;
  readonly sigmas: number;
  readonly shifts: number;
  readonly requestsDuringShifts: number;
  readonly errors: readonly string[];
  readonly shiftMs: Spread;
  readonly lagMs: Spread;
}

interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'teal-shift-'));
  const backends = startPart('backends');
  const load = startPart('load');
  const results: Result[] = [];
  const { peers, missing } = await listPeers();
  try {
    const ports = await backends.ask<[number, number]>({ ask: 'ports' });
    for (const [index, open] of peers.entries()) {
      const peer = await openPeer(open, join(folder, String(index)), ports);
      process.stderr.write(`${peer.name} …\n`);
      results.push(await measure(peer, backends, load).finally(() => peer.close()));
    }
  } finally {
    load.close();
    backends.close();
    rmSync(folder, { recursive: true, force: true });
  }
  report(results, missing);
}

async function measure(peer: Peer, backends: Part, load: Part): Promise<Result> {
  const requests = Number(options.requests);
  await peer.shift(10);
  const { blue, green, errors: first } = await load.ask<Counts>({ ask: 'count', port: peer.port, requests });
  const total = blue + green;
  await load.ask({ ask: 'begin', port: peer.port });
  const spans: number[] = [];
  const lags: number[] = [];
  let side = 0;
  for (let shift = 0; shift < Number(options.shifts); shift += 1) {
    // Every other one takes all from one group: only then is there a last request to wait for.
    const all = shift % 2 === 1;
    if (all) side = 100 - side;
    const startedAt = hrtime.bigint();
    await peer.shift(all ? side : 1 + Math.floor(Math.random() * 99));
    const answeredAt = hrtime.bigint();
    spans.push(toMs(answeredAt - startedAt));
    await pause(30);
    const last = await backends.ask<Record<'blue' | 'green', string>>({ ask: 'last' });
    if (all) lags.push(Math.max(0, toMs(BigInt(side === 100 ? last.blue : last.green) - answeredAt)));
  }
  const during = await load.ask<Counts>({ ask: 'end' });
  return {
    name: peer.name,
    share: (green * 100) / total,
    sigmas: (green - total * 0.1) / Math.sqrt(total * 0.1 * 0.9),
    shifts: spans.length,
    requestsDuringShifts: during.blue + during.green,
    errors: [...first, ...during.errors],
    shiftMs: spread(spans),
    lagMs: spread(lags),
  };
}

const toMs = (nanoseconds: bigint): number => Number(nanoseconds) / 1e6;

function spread(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function report(results: readonly Result[], missing: string | undefined): void {
  const own = results.find((result) => result.name === 'embedded');
  const peer = results.find((result) => result.name === 'haproxy by hand');
  const ratio = own && peer && own.shiftMs.p50 / peer.shiftMs.p50;
  const words = ({ p50, p99, max }: Spread) => `p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}, max ${max.toFixed(2)} ms`;
  const errors = results.flatMap((result) => result.errors);
  print(options.json, { results, ratio, missing }, [
    ...results.flatMap((result) => [
      `${result.name}: ${result.share.toFixed(2)} % of ${options.requests} requests at weight 10, ${result.sigmas.toFixed(1)} sigma`,
      `  ${result.shifts} shifts under ${result.requestsDuringShifts} requests: ${result.errors.length} errors${result.errors[0] ? `, such as ${result.errors[0]}` : ''}`,
      `  until acknowledged: ${words(result.shiftMs)}; then until the last request on the old weight: ${words(result.lagMs)}`,
    ]),
    ...(missing === undefined ? [] : [missing]),
    ratio === undefined
      ? 'shift: nothing to compare with here'
      : `shift: ${ratio.toFixed(2)} of a hand-written HAProxy's time to move (embedded)`,
  ]);
  process.exitCode = errors.length > 0 ? 1 : 0;
}

// Its parts must not outlive a bench that was stopped.
if (options.role !== undefined) process.on('disconnect', () => process.exit());

// Last, because it uses what is defined above.
if (options.role === 'backends') await serveBackends();
else if (options.role === 'load') serveLoad();
else await main();
