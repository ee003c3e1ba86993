import { type ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { setTimeout as pause } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultNetwork } from '../../src/cli/demo/clients.ts';
import type { Sample } from '../../src/cli/demo/traffic.ts';
import { destroyClients } from '../../test/support/aws.ts';
import { ensureNodeImage } from '../../test/support/docker-image.ts';
import { privateEngine, type PrivateEngine } from '../../test/support/private-engine.ts';
import { seeded, type Seeded } from '../../test/wire/seeded.ts';
import { cause, FAULT_NAMES, pickFault, type Fault, type Victims } from './faults.ts';
import { taskNetwork } from '../../test/support/task-network.ts';
import { createFleet, deleteService, MOST, registerNext, untilAnswered, update, type Wish } from './fleet.ts';
import { shiftedByCodeDeploy } from './shifted-by-codedeploy.ts';
import { shiftedByEcs } from './shifted-by-ecs.ts';
import type { Shifted } from './shifted.ts';
import { heldContainers, heldNetworks, heldVolumes } from './held.ts';
import { tealAtHand, type TealAtHand } from './teal-at-hand.ts';
import { inWords, lookForTruth, type Truth } from './truth.ts';

export interface ChaosOptions {
  readonly folder: string;
  readonly seed: number;
  /** With rolling updates. */
  readonly services: number;
  /** One service each whose releases shift traffic: by ECS, by CodeDeploy. */
  readonly shifting: number;
  /** How long faults are caused, in milliseconds; or each once, however long that takes. */
  readonly faults: 'each once' | number;
  readonly only: Fault | undefined;
}

export interface ChaosFigures {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly scalings: number;
  readonly deployments: number;
  readonly requests: number;
  /** Requests to the services that shift traffic, which had no answer or another one than that of the service. */
  readonly failedRequests: number;
  /** At the end, of all services. */
  readonly tasks: number;
  /** From the last fault until all was as wished. */
  readonly settledMs: number;
  readonly endedMs: number;
  readonly wrong: readonly string[];
  readonly strays: readonly string[];
}

/** All is as wished within so long after the last fault, on a loaded machine too. */
const SETTLE_LIMIT = 120_000;
/** Two looks so far apart must both find it: what is true by chance is not true. */
const APART = 1500;
/** Tasks have two seconds to end, Engines some more. */
const END_LIMIT = 60_000;
const ENTRY = join(dirname(fileURLToPath(import.meta.url)), '..', 'teal.js');

/** Runs it all, to the end of Teal and its Engine. */
export async function runChaos(options: ChaosOptions): Promise<ChaosFigures> {
  const begun = performance.now();
  const random = seeded(options.seed);
  const isLive = random.next() < 0.5;
  const docker = await privateEngine(isLive, 'callers');
  await docker.start();
  const teal = tealAtHand(options.folder, docker.socketPath, ENTRY);
  const shifted: Shifted[] = [];
  try {
    const image = await ensureNodeImage(docker.engine);
    await teal.start();
    const { ecs, ec2 } = teal.clients;
    const wishes = await createFleet(ecs, await taskNetwork(ec2), image, options.services);
    shifted.push(...(await createShifted(teal, image, options.shifting)));
    const tally = { scalings: 0, deployments: 0 };
    const underWay = { isOver: false };
    const [faults] = await Promise.all([
      causeFaults({ docker, teal, random }, options).finally(() => (underWay.isOver = true)),
      ...wishes.map((wish, index) => {
        const own = seeded(options.seed + (index + 1) * 7919);
        return keepWishing({ ecs, wish, index, image, random: own, tally }, underWay);
      }),
      ...shifted.map((one, index) => keepReleasing(one, seeded(options.seed + (index + 1) * 104_729), tally, underWay)),
    ]);
    const settled = await settle(() => lookForTruth(ecs, docker.engine, { wishes, shifted }));
    for (const { traffic } of shifted) await traffic.stop();
    const ended = await endAll(wishes, docker, teal);
    const requests = shifted.flatMap(({ traffic }) => sinceServed(traffic.samples));
    const failed = requests.filter(({ failure }) => failure !== undefined);
    const wrong = [...settled.wrong, ...(options.only === 'Teal killed' ? failed.map(inVain) : [])];
    const isWrong = wrong.length + settled.strays.length + ended.strays.length > 0;
    if (isWrong) process.stderr.write(teal.log());
    return {
      ...{ seed: options.seed, seconds: (performance.now() - begun) / 1000, faults, ...tally, tasks: settled.tasks },
      ...{ settledMs: settled.ms, endedMs: ended.ms, wrong },
      ...{ requests: requests.length, failedRequests: failed.length },
      strays: [...settled.strays, ...ended.strays],
    };
  } finally {
    for (const { traffic } of shifted) await traffic.stop();
    destroyClients(teal.clients);
    await teal.kill();
    await docker.remove();
  }
}

async function causeFaults(victims: Victims, options: ChaosOptions): Promise<Record<string, number>> {
  const faults: Record<string, number> = {};
  for (const fault of faultsToCause(victims.random, options)) {
    await pause(200 + victims.random.below(2000));
    process.stderr.write(`${new Date().toISOString()} ${fault}\n`);
    if (await cause(fault, victims)) faults[fault] = (faults[fault] ?? 0) + 1;
  }
  return faults;
}

function* faultsToCause(random: Seeded, { faults, only }: ChaosOptions): Generator<Fault> {
  if (faults === 'each once') {
    yield* inAnyOrder(FAULT_NAMES, random);
    return;
  }
  const until = performance.now() + faults;
  while (performance.now() < until) yield only ?? pickFault(random);
}

function* inAnyOrder<T>(all: readonly T[], random: Seeded): Generator<T> {
  const left = [...all];
  while (left.length > 0) yield* left.splice(random.below(left.length), 1);
}

interface Wishing {
  readonly ecs: ECSClient;
  readonly wish: Wish;
  readonly index: number;
  readonly image: string;
  readonly random: Seeded;
  readonly tally: { scalings: number; deployments: number };
}

/** Scales one service up and down and rolls it, before the last wish has come true or after. */
async function keepWishing(
  { ecs, wish, index, image, random, tally }: Wishing,
  underWay: { readonly isOver: boolean },
): Promise<void> {
  while (!underWay.isOver) {
    await pause(500 + random.below(6000));
    if (random.next() < 0.6) {
      await update(ecs, wish, { desiredCount: random.below(MOST + 1) });
      tally.scalings += 1;
    } else {
      const taskDefinition = await untilAnswered(() => registerNext(ecs, image, wish.service, index));
      await update(ecs, wish, { taskDefinition });
      tally.deployments += 1;
    }
  }
}

async function createShifted(teal: TealAtHand, image: string, count: number): Promise<Shifted[]> {
  const made = [];
  // The demo's stack first: it asks for ports that it may not find otherwise.
  if (count > 1) made.push(await shiftedByCodeDeploy(teal.clients, await defaultNetwork(teal.url), image));
  if (count > 0) made.push(await shiftedByEcs(teal.clients, image));
  return made;
}

/** Scales one service and releases new versions of it, while others of them are under way or after. */
async function keepReleasing(
  one: Shifted,
  random: Seeded,
  tally: Wishing['tally'],
  underWay: { readonly isOver: boolean },
): Promise<void> {
  const { clients, cluster, service } = one;
  for (let version = 1; !underWay.isOver; version += 1) {
    await pause(500 + random.below(9000));
    if (random.next() < 0.4) {
      const desiredCount = 1 + random.below(MOST);
      await untilAnswered(() => clients.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount })));
      one.desiredCount = desiredCount;
      tally.scalings += 1;
    } else if (await one.release(`v${version}`)) tally.deployments += 1;
  }
}

/** A service's first tasks take a while to serve. */
const sinceServed = (samples: readonly Sample[]): readonly Sample[] =>
  samples.slice(samples.findIndex(({ version }) => version !== undefined));

/** While only Teal is killed, the balancer and the tasks go on. */
const inVain = ({ at, failure }: Sample): string => `a request failed at ${new Date(at).toISOString()}: ${failure}`;

async function settle(look: () => Promise<Truth>): Promise<Truth & { readonly ms: number }> {
  const begun = performance.now();
  let trueAt: number | undefined;
  for (;;) {
    const truth = await untilAnswered(look);
    const now = performance.now();
    const isTrue = truth.wrong.length + truth.strays.length === 0;
    trueAt = isTrue ? (trueAt ?? now) : undefined;
    if (trueAt !== undefined && now - trueAt > APART) return { ...truth, ms: trueAt - begun };
    if (now - begun > SETTLE_LIMIT) return { ...truth, ms: now - begun };
    await pause(200);
  }
}

/** Deletes the services and ends Teal. @returns what that left on the Engine, and how long it took */
async function endAll(wishes: readonly Wish[], docker: PrivateEngine, teal: ReturnType<typeof tealAtHand>) {
  for (const wish of wishes) await deleteService(teal.clients.ecs, wish);
  const ended = teal.end();
  const ms = await Promise.race([ended, pause(END_LIMIT, undefined, { ref: false })]);
  const strays = ms === undefined ? [`Teal has not ended ${END_LIMIT} ms after SIGTERM`] : [];
  for (const container of await heldContainers(docker.engine)) strays.push(inWords(container));
  for (const network of await heldNetworks(docker.engine)) strays.push(`network ${network}`);
  for (const volume of await heldVolumes(docker.engine)) strays.push(`volume ${volume}`);
  return { strays, ms: ms ?? END_LIMIT };
}
