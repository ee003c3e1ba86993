import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { millis, seconds } from '../../kernel/span.ts';
import { taskOf } from './testing/task-of.ts';
import type {
  ContainerSpec,
  Dependency,
  HealthCheckSpec,
  Runtime,
  RuntimeOptions,
  TaskObservation,
} from './runtime.ts';

export interface OrderUnderTest {
  readonly name: string;
  readonly unavailable?: string | undefined;
  open(options: RuntimeOptions): Promise<Runtime>;
  readonly image: string;
  /** Where Node is for programs and health checks. */
  readonly node: string;
}

/** How containers of one task wait for, check and outlive each other; for runtimes that run real programs. */
export function orderConformance(subject: OrderUnderTest): void {
  const skip = subject.unavailable !== undefined && !process.env['CI'];
  const why = subject.unavailable === undefined ? '' : ` (${subject.unavailable})`;

  describe.skipIf(skip)(`containers of a task on a ${subject.name} runtime${why}`, () => {
    let options: RuntimeOptions;
    let runtime: Runtime;

    beforeEach(async () => {
      options = {
        folder: await mkdtemp(join(tmpdir(), 'teal-runtime-')),
        instance: `order${randomBytes(4).toString('hex')}`,
        endpoint: () => 'http://127.0.0.1:4566',
        onChange: () => undefined,
      };
      runtime = await subject.open(options);
    });

    afterEach(async () => {
      for (const { taskId } of await runtime.observe()) await runtime.remove(taskId);
      await runtime.close();
      await rm(options.folder, { recursive: true, force: true });
    });

    const container = (name: string, script: string, more: Partial<ContainerSpec> = {}): ContainerSpec => ({
      name,
      image: subject.image,
      command: [subject.node, '-e', script],
      linux: { init: true }, // ends at SIGTERM as any process does
      environment: {},
      portMappings: [],
      essential: true,
      cpu: 0,
      ...more,
    });
    const job = (script: string, more: Partial<ContainerSpec> = {}): ContainerSpec =>
      container('job', script, { essential: false, ...more });
    const waiting = (condition: Dependency['condition'], more: Partial<ContainerSpec> = {}): ContainerSpec =>
      container('web', RUNS, { dependsOn: [{ container: 'job', condition }], ...more });
    const check = (script: string, more: Partial<HealthCheckSpec> = {}): HealthCheckSpec => ({
      command: ['CMD', subject.node, '-e', script],
      interval: millis(100),
      timeout: seconds(20),
      retries: 2,
      startPeriod: millis(0),
      ...more,
    });
    const run = async (...containers: ContainerSpec[]) => {
      const task = taskOf(containers);
      await runtime.start(task);
      return task.taskId;
    };
    const find = async (taskId: string) => (await runtime.observe()).find((task) => task.taskId === taskId);
    const until = (taskId: string, what: string, is: (task: TaskObservation) => boolean): Promise<TaskObservation> =>
      eventually(what, async () => {
        const found = await find(taskId);
        return found && is(found) ? found : undefined;
      });
    const reach = (taskId: string, state: TaskObservation['state']) =>
      until(taskId, `the task to be ${state}`, (task) => task.state === state);
    const of = (task: TaskObservation, name: string) => task.containers.find((one) => one.name === name);
    const healthOf = (task: TaskObservation, name: string) => of(task, name)?.health;

    it.each([
      ['SUCCESS', 0],
      ['COMPLETE', 3],
    ] as const)('starts what waits for %s once the other has ended with %i', async (condition, code) => {
      const id = await run(job(exitsSoon(code)), waiting(condition));

      const task = await reach(id, 'running');

      expect(of(task, 'job')).toMatchObject({ state: 'stopped', exitCode: code });
      expect(of(task, 'web')?.state).toBe('running');
      expect(of(task, 'web')?.startedAt).toBeGreaterThanOrEqual(of(task, 'job')?.finishedAt ?? Infinity);
    });

    it('fails to start when what must succeed does not', async () => {
      const id = await run(job(exitsSoon(3)), waiting('SUCCESS'));

      const task = await reach(id, 'stopped');

      expect(task.startFailure).toBe('Task failed to start');
      expect(of(task, 'web')?.reason).toBe(
        'dependency graph: failed to resolve container ordering dependency [job] for target [web] as dependency did not exit successfully.',
      );
      expect(of(task, 'web')?.exitCode).toBeUndefined();
    });

    it('starts what waits for HEALTHY once a health check has passed', async () => {
      const id = await run(job(RUNS, { healthCheck: check('process.exit(0)') }), waiting('HEALTHY'));

      const task = await reach(id, 'running');

      expect(task.containers.map(({ health }) => health)).toEqual(['HEALTHY', undefined]);
    });

    it('fails to start when what must be healthy is not', async () => {
      const id = await run(job(RUNS, { healthCheck: check('process.exit(1)') }), waiting('HEALTHY'));

      const task = await reach(id, 'stopped');

      expect(task.startFailure).toBe('Task failed to start');
      expect(of(task, 'web')?.reason).toMatch(/as dependency is unhealthy\.$/);
    });

    it('fails to start when a start timeout has passed', async () => {
      const id = await run(job(RUNS, { startTimeout: millis(500) }), waiting('COMPLETE'));

      const task = await reach(id, 'stopped');

      expect(of(task, 'web')?.reason).toBe(
        'dependency graph: container ordering dependency [job] for target [web] has timed out.',
      );
    });

    it('tells that a container became unhealthy, and goes on running it', async () => {
      const id = await run(container('web', RUNS, { healthCheck: check('process.exit(1)') }));

      const task = await until(id, 'bad health', (one) => healthOf(one, 'web') === 'UNHEALTHY');

      expect(task.state).toBe('running');
    });

    it('counts no failure in the start period', async () => {
      const slow = check('process.exit(1)', { startPeriod: seconds(600) });
      const quick = check('process.exit(1)');
      const id = await run(
        container('slow', RUNS, { healthCheck: slow }),
        container('web', RUNS, { healthCheck: quick }),
      );

      const task = await until(id, 'bad health', (one) => healthOf(one, 'web') === 'UNHEALTHY');

      expect(healthOf(task, 'slow')).toBe('UNKNOWN');
    });

    it('ends containers after those that depend on them', async () => {
      const db = container('db', RUNS);
      const app = container(
        'app',
        `process.on('SIGTERM', () => setTimeout(() => process.exit(9), 500)); ${SAYS_READY} ${RUNS}`,
        {
          dependsOn: [{ container: 'db', condition: 'START' }],
          healthCheck: check(IS_READY, { retries: 1000 }),
        },
      );
      const id = await run(db, app);
      await until(id, 'the app to listen', (one) => healthOf(one, 'app') === 'HEALTHY');

      await runtime.stop(id, seconds(60));
      const task = await reach(id, 'stopped');

      expect(task.containers.map(({ exitCode }) => exitCode)).toEqual([143, 9]);
      expect(of(task, 'db')?.finishedAt).toBeGreaterThanOrEqual(of(task, 'app')?.finishedAt ?? Infinity);
    });

    it('gives each container its own stop timeout', async () => {
      const stubborn = `process.on('SIGTERM', () => undefined); ${SAYS_READY} ${RUNS}`;
      const healthCheck = check(IS_READY, { retries: 1000 });
      const id = await run(container('web', stubborn, { stopTimeout: millis(1000), healthCheck }));
      await until(id, 'the program to run', (one) => healthOf(one, 'web') === 'HEALTHY');
      const began = Date.now();

      await runtime.stop(id, seconds(600));
      const task = await reach(id, 'stopped');

      expect(of(task, 'web')?.exitCode).toBe(137);
      expect(Date.now() - began).toBeGreaterThanOrEqual(1000);
    });

    it('starts an essential container again that has run long enough, and ends the task with an ignored code', async () => {
      const exits = `setTimeout(() => process.exit(1), 700)`;
      const again = container('web', exits, { restart: { ignoredExitCodes: [0], attemptPeriod: millis(300) } });
      const ignored = container('once', exitsSoon(0), {
        essential: false,
        restart: { ignoredExitCodes: [0], attemptPeriod: millis(0) },
      });
      const id = await run(again, ignored);
      const first = await reach(id, 'running');

      const second = await until(id, 'a second start', (task) => {
        const { state, startedAt = 0 } = of(task, 'web') ?? {};
        return state === 'running' && startedAt > (of(first, 'web')?.startedAt ?? 0);
      });

      expect(second.state).toBe('running');
      await until(id, 'the other to end for good', (task) => of(task, 'once')?.state === 'stopped');
    });

    it('does not start again what ended too early', async () => {
      const id = await run(
        container('web', 'process.exit(4)', { restart: { ignoredExitCodes: [], attemptPeriod: seconds(600) } }),
      );

      expect((await reach(id, 'stopped')).containers[0]?.exitCode).toBe(4);
    });

    it('goes on with what waits after a restart of Teal', async () => {
      const id = await run(job(`setTimeout(() => process.exit(0), 1500)`), waiting('SUCCESS'));
      await until(id, 'the job to run', (task) => of(task, 'job')?.state === 'running');

      await runtime.close();
      runtime = await subject.open(options);

      expect(of(await reach(id, 'running'), 'job')?.exitCode).toBe(0);
    });

    it('tells a program where its metadata and its credentials are', async () => {
      const script = `console.log(JSON.stringify([process.env.ECS_CONTAINER_METADATA_URI_V4, process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? process.env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI]))`;
      const paths = { metadata: { web: '/v4/abc' }, credentials: '/v2/credentials/def' };
      const task = taskOf([container('web', script)], { paths });
      await runtime.start(task);
      await reach(task.taskId, 'stopped');

      const { lines } = await runtime.readOutput(task.taskId, 'web', undefined);
      const [metadata, credentials] = JSON.parse(lines[0]?.message ?? '[]') as (string | null)[];

      expect(metadata).toMatch(/^http:\/\/[\d.]+:\d+\/v4\/abc$/);
      expect(credentials).toMatch(/^(http:\/\/(127\.0\.0\.1|169\.254\.170\.2):\d+)?\/v2\/credentials\/def$/);
    });
  });
}

const RUNS = `setInterval(() => undefined, 1000);`;
/** Both in the working directory: a health check may run before the program has set itself up. */
const SAYS_READY = `require('fs').writeFileSync('ready', '');`;
const IS_READY = `process.exit(require('fs').existsSync('ready') ? 0 : 1)`;
/** Late enough to be seen running. */
const exitsSoon = (code: number): string => `setTimeout(() => process.exit(${code}), 300)`;
