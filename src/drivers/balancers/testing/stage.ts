import type { RequestListener } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Balancer,
  BalancerObservation,
  BalancerOptions,
  ListenerConfig,
  TargetGroupConfig,
  TargetGroupObservation,
  TargetObservation,
} from '../balancer.ts';
import { startBackend, type Backend } from './backend.ts';
import { until } from './client.ts';
import { configOf } from './configs.ts';

/** One balancer that many tests use in turn, each with a config of its own, and the backends of the present test. */
export class Stage {
  readonly balancer: Balancer;
  /** The test run's own folder; the balancer's is within. */
  readonly folder: string;
  readonly #backends: Backend[] = [];
  #epoch = 0;

  private constructor(balancer: Balancer, folder: string) {
    this.balancer = balancer;
    this.folder = folder;
  }

  static async open(create: (options: BalancerOptions) => Promise<Balancer>): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'teal-semantics-'));
    const options = { folder: join(folder, 'balancer'), host: '127.0.0.1', onChange: () => undefined };
    return new Stage(await create(options), folder);
  }

  /** A target that lives until the test ends. */
  async backend(name: string, answer?: RequestListener): Promise<Backend> {
    const backend = await startBackend(name, answer);
    this.#backends.push(backend);
    return backend;
  }

  /** Applies what the test needs. @returns the port of the first listener */
  async apply(listeners: readonly ListenerConfig[], groups: readonly TargetGroupConfig[]): Promise<number> {
    const seen = await this.balancer.apply(configOf((this.#epoch += 1), listeners, groups));
    return seen.listeners[0]?.boundPort ?? 0;
  }

  /** Waits until every target of the groups in use is healthy. */
  healthy(): Promise<BalancerObservation> {
    return until('every target is healthy', async () => {
      const seen = await this.balancer.observe();
      return seen.targetGroups.every(({ targets }) => targets.every(({ health }) => health === 'healthy')) && seen;
    });
  }

  /** Waits until the first target of a group is in a state. */
  target(arn: string, health: TargetObservation['health']): Promise<TargetObservation> {
    return until(`the target of ${arn} is ${health}`, async () => {
      const target = (await this.group(arn)).targets[0];
      return target?.health === health && target;
    });
  }

  async group(arn: string): Promise<TargetGroupObservation> {
    const found = (await this.balancer.observe()).targetGroups.find((group) => group.arn === arn);
    if (!found) throw new Error(`no group ${arn} is observed`);
    return found;
  }

  async endTest(): Promise<void> {
    for (const backend of this.#backends.splice(0)) await backend.close();
  }

  async close(): Promise<void> {
    await this.endTest();
    await this.balancer.close({ leaveRunning: false });
    await rm(this.folder, { recursive: true, force: true });
  }
}
