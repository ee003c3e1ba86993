import { createBell } from '../kernel/bell.ts';
import type { Checkpoint } from '../kernel/checkpoint.ts';
import { noCheckpoint } from '../kernel/checkpoint.ts';
import { silentLogger } from '../kernel/logger.ts';
import { type Deployment, isTerminal, type Release } from './deployment.ts';
import type { Engine } from './engine.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { fakeDeployment, fakeRelease } from './fake-deployment.ts';
import { type FakeWorld, fakeWorld } from './fake-ports.ts';
import { newDeployment, requestStop } from './requests.ts';
import { createEngine } from './runner.ts';

/** An engine over a fake world with one deployment in it. */
export interface FakeRun {
  readonly clock: FakeClock;
  readonly world: FakeWorld;
  readonly id: string;
  deployment(id?: string): Deployment;
  /** The rollback of the deployment, if it has one. */
  rollback(): Deployment | undefined;
  start(checkpoint?: Checkpoint): Promise<Engine>;
  /** Steps time until the condition holds. @throws when it never does */
  until(condition: () => boolean): Promise<void>;
  /** Steps time until every deployment is terminal and this was told. */
  untilOver(): Promise<void>;
  change(apply: (current: Deployment) => Deployment | string): Promise<void>;
  stop(rollBack?: boolean): Promise<void>;
}

export function fakeRun(release: Release = fakeRelease()): FakeRun {
  const clock = fakeClock();
  const now = () => clock.now().getTime();
  const world = fakeWorld(now);
  const created = newDeployment(fakeDeployment(release), now());
  const { id } = created;
  world.deployments.set(id, created);
  const deployment = (which = id): Deployment => {
    const found = world.deployments.get(which);
    if (!found) throw new Error(`there is no deployment ${which}`);
    return found;
  };
  const until = async (condition: () => boolean): Promise<void> => {
    for (let steps = 0; !condition(); steps += 1) {
      if (steps > 200_000 || (!(await clock.step()) && !condition())) throw new Error('nothing more happens');
    }
  };
  const change: FakeRun['change'] = async (apply) => {
    await world.ports.deployments.change(deployment().scope, id, (current) => {
      const changed = apply(current);
      return typeof changed === 'string' ? undefined : { deployment: changed };
    });
    world.ring();
  };
  return {
    clock,
    world,
    id,
    deployment,
    rollback: () => {
      const rollbackId = deployment().rollbackInfo?.rollbackDeploymentId;
      return rollbackId === undefined ? undefined : deployment(rollbackId);
    },
    async start(checkpoint = noCheckpoint) {
      const bell = createBell(clock);
      world.ring = () => bell.ring();
      const engine = createEngine({ ports: world.ports, clock, logger: silentLogger(), bell, checkpoint });
      await engine.start();
      return engine;
    },
    until,
    untilOver: () =>
      until(() => [...world.deployments.values()].every((each) => isTerminal(each.status) && !each.news)),
    change,
    stop: (rollBack) => change((current) => requestStop(current, rollBack === undefined ? {} : { rollBack }, now())),
  };
}
