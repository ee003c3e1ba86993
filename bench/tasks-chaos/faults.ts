import { setTimeout as pause } from 'node:timers/promises';
import type { PrivateEngine } from '../../test/support/private-engine.ts';
import type { Seeded } from '../../test/wire/seeded.ts';
import { heldContainers } from './held.ts';
import type { TealAtHand } from './teal-at-hand.ts';

export interface Victims {
  readonly docker: PrivateEngine;
  readonly teal: TealAtHand;
  readonly random: Seeded;
}

/** What may happen, and how often of a hundred. */
const FAULTS = {
  'a container killed': { share: 36, cause: killContainer },
  'a container removed': { share: 24, cause: removeContainer },
  'Teal killed': { share: 16, cause: killTeal },
  'the Engine started anew': { share: 10, cause: restartEngine },
  'the Engine killed': { share: 7, cause: killEngine },
  'the Engine started anew, Teal killed meanwhile': { share: 7, cause: restartBoth },
} as const;
export type Fault = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly Fault[];

export const isFault = (name: string): name is Fault => name in FAULTS;

export function pickFault(random: Seeded): Fault {
  let left = random.next() * 100;
  for (const [fault, { share }] of Object.entries(FAULTS)) if ((left -= share) < 0) return fault as Fault;
  return 'a container killed';
}

/** @returns whether there was anything it could happen to */
export const cause = (fault: Fault, victims: Victims): Promise<boolean> => FAULTS[fault].cause(victims);

async function killContainer({ docker, random }: Victims): Promise<boolean> {
  const running = (await heldContainers(docker.engine)).filter(({ State }) => State === 'running');
  if (running.length === 0) return false;
  return isDone(docker.engine.getContainer(random.pick(running).Id).kill());
}

/** Any container: one that has not started yet, one that ends, one that holds a network. */
async function removeContainer({ docker, random }: Victims): Promise<boolean> {
  const held = await heldContainers(docker.engine);
  if (held.length === 0) return false;
  return isDone(docker.engine.getContainer(random.pick(held).Id).remove({ force: true, v: true }));
}

/** Teal may be faster than we are: then there is nothing left to do it to. */
const isDone = (act: Promise<unknown>): Promise<boolean> =>
  act.then(
    () => true,
    () => false,
  );

async function killTeal({ teal, random }: Victims): Promise<boolean> {
  await teal.kill();
  await pause(random.below(1500));
  await teal.start();
  return true;
}

async function restartEngine({ docker, random }: Victims): Promise<boolean> {
  await docker.end();
  await pause(random.below(1500));
  await docker.start();
  return true;
}

async function killEngine({ docker, random }: Victims): Promise<boolean> {
  await docker.kill();
  await pause(random.below(1500));
  await docker.start();
  return true;
}

async function restartBoth(victims: Victims): Promise<boolean> {
  const after = victims.random.below(2000);
  await Promise.all([restartEngine(victims), pause(after).then(() => killTeal(victims))]);
  return true;
}
