import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Balancer, BalancerConfig } from '../../src/drivers/balancers/balancer.ts';
import { configOf, forwardTo, groupOf, listenerOf } from '../../src/drivers/balancers/testing/configs.ts';
import type { Seeded } from '../wire/seeded.ts';

export type Group = 'blue' | 'green';
export type Weights = Readonly<Record<Group, number>>;

/** A task as the load balancer knows it. */
export interface Task {
  readonly name: string;
  readonly group: Group;
  readonly port: number;
  readonly server: Server;
  state: 'registered' | 'draining' | 'gone';
  /** How often it began to drain. */
  drains: number;
  /** Nobody registers it again. */
  dying: boolean;
  /** Since its end was asked for, or it died: no request may come any more. */
  toldToStop: boolean;
}

/** What one config allowed: the tasks that might get a request in it. */
interface Epoch {
  readonly allowed: ReadonlySet<string>;
}

/**
 * Two target groups behind one listener of a real balancer, under load. It changes as production does, and notes
 * whatever a user of it would complain of.
 */
export class World {
  readonly complaints: string[] = [];
  readonly tasks: Task[] = [];
  weights: Weights = { blue: 100, green: 0 };
  answers = 0;
  readonly #balancer: Balancer;
  readonly #random: Seeded;
  readonly #epochs: Epoch[] = [];
  #acknowledged = 0;
  #named = 0;
  #port = 0;
  #loading = true;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #workers: Promise<void>[] = [];

  constructor(balancer: Balancer, random: Seeded) {
    this.#balancer = balancer;
    this.#random = random;
  }

  /** Starts a task and registers it with the next config. */
  async startTask(group: Group): Promise<Task> {
    const name = `${group}-${(this.#named += 1)}`;
    const task = { name, group, state: 'registered' as const, drains: 0, dying: false, toldToStop: false };
    const server = createServer((incoming, response) => {
      if (incoming.url === '/health') return void response.end('ok');
      if (started.toldToStop) this.complaints.push(`${name} got a request after it was told to stop`);
      // Most are quick; a few are still under way while several changes go by.
      const patience = this.#random.next() < 0.05 ? 150 : 10;
      setTimeout(() => response.end(name), this.#random.next() * patience);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const started: Task = { ...task, server, port: (server.address() as AddressInfo).port };
    this.tasks.push(started);
    return started;
  }

  of(group: Group, state: Task['state'] = 'registered'): readonly Task[] {
    return this.tasks.filter((task) => task.group === group && task.state === state);
  }

  /** Brings the balancer to what the world is now; resolves with its acknowledgement. */
  async apply(): Promise<void> {
    const serving = (['blue', 'green'] as const).filter((group) => this.weights[group] > 0);
    const allowed = new Set(serving.flatMap((group) => this.of(group).map(({ name }) => name)));
    const epoch = this.#epochs.push({ allowed });
    const seen = await this.#balancer.apply(this.#config(epoch));
    this.#port = seen.listeners[0]?.boundPort ?? 0;
    this.#acknowledged = Math.max(this.#acknowledged, epoch);
  }

  #config(epoch: number): BalancerConfig {
    const groups = (['blue', 'green'] as const).map((group) => {
      const tasks = [...this.of(group), ...this.of(group, 'draining')];
      const targets = groupOf(
        group,
        tasks.map((task) => task.port),
      ).targets.map((target, index) => {
        const draining = tasks[index]?.state === 'draining';
        return { ...target, draining, ...(draining && { drainBy: Date.now() + 60_000 }) };
      });
      return { ...groupOf(group, []), targets };
    });
    return configOf(epoch, [listenerOf([forwardTo(this.weights)])], groups);
  }

  /** Requests to the task that have not ended, as the balancer observes it. */
  async inFlight(task: Task): Promise<number | undefined> {
    const { targetGroups } = await this.#balancer.observe();
    const group = targetGroups.find(({ arn }) => arn === task.group);
    return group?.targets.find(({ key }) => key === `127.0.0.1:${task.port}`)?.inFlight;
  }

  async isHealthy(group: Group): Promise<boolean> {
    const { targetGroups } = await this.#balancer.observe();
    return targetGroups.find(({ arn }) => arn === group)?.targets.some(({ health }) => health === 'healthy') ?? false;
  }

  startLoad(workers: number): void {
    for (let worker = 0; worker < workers; worker += 1) this.#workers.push(this.#work(worker % 4 !== 0));
  }

  async #work(keepAlive: boolean): Promise<void> {
    while (this.#loading) {
      const before = this.#acknowledged;
      const answer = await ask(this.#port, keepAlive ? this.#agent : false);
      const epochs = this.#epochs.slice(Math.max(0, before - 1));
      if (answer.problem !== undefined) this.complaints.push(`a request was lost: ${answer.problem}`);
      else if (!epochs.some(({ allowed }) => allowed.has(answer.body)))
        this.complaints.push(
          `${answer.body} answered, which no config from epoch ${before} to ${this.#epochs.length} allows`,
        );
      this.answers += 1;
    }
  }

  /** Ends the load, then all tasks. */
  async close(): Promise<void> {
    this.#loading = false;
    await Promise.all(this.#workers);
    this.#agent.destroy();
    for (const task of this.tasks) endTask(task);
  }
}

/** Ends a task at once, with its connections. */
export function endTask(task: Task): void {
  task.toldToStop = true;
  task.server.close();
  task.server.closeAllConnections();
}

function ask(port: number, agent: Agent | false): Promise<{ readonly body: string; readonly problem?: string }> {
  return new Promise((resolve) => {
    const asking = request({ host: '127.0.0.1', port, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('error', (cause) => resolve({ body, problem: cause.message }));
      response.on('end', () =>
        resolve({ body, ...(response.statusCode !== 200 && { problem: `status ${response.statusCode}` }) }),
      );
    });
    asking.on('error', (cause) => resolve({ body: '', problem: cause.message }));
    asking.end();
  });
}
