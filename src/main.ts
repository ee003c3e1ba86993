import { join } from 'node:path';
import { createAlarms } from './aws/alarms.ts';
import { createAwsClients } from './aws/create-clients.ts';
import { createDeploymentAlarms } from './aws/deployment-alarms.ts';
import { createHooks } from './aws/hooks.ts';
import { measuredNotices } from './aws/measured-notices.ts';
import { createNotices } from './aws/notices.ts';
import { createObjects } from './aws/objects.ts';
import { createQueues } from './aws/queues.ts';
import { createScaling } from './aws/scaling.ts';
import { createTargets } from './aws/targets.ts';
import { createTaskSets } from './aws/task-sets.ts';
import { createTraffic } from './aws/traffic.ts';
import type { BalancerName } from './drivers/balancers/balancer.ts';
import { closeDrivers, openDrivers } from './drivers/open-drivers.ts';
import type { Runtime, RuntimeName } from './drivers/runtimes/runtime.ts';
import type { Engine } from './engine/engine.ts';
import { createEngine } from './engine/runner.ts';
import { createBell } from './kernel/bell.ts';
import type { Checkpoint } from './kernel/checkpoint.ts';
import type { Clock } from './kernel/clock.ts';
import type { Logger } from './kernel/logger.ts';
import type { Readings } from './kernel/readings.ts';
import type { Scope } from './kernel/scope.ts';
import { version } from './kernel/version.ts';
import { openDataFolder, type DataFolder } from './server/data-folder.ts';
import { front } from './server/front.ts';
import { openHttpServer } from './server/http-server.ts';
import { readCertificateFiles } from './services/acm/certificate-files.ts';
import { acm } from './services/acm/index.ts';
import { applicationAutoscaling } from './services/application-autoscaling/index.ts';
import { cloudwatch } from './services/cloudwatch/index.ts';
import { codedeploy } from './services/codedeploy/index.ts';
import { createDeploymentsPort } from './services/codedeploy/deployments-port.ts';
import { webhookSecret } from './services/codedeploy/webhook-secret.ts';
import { deploymentReadings } from './services/codedeploy/readings.ts';
import { readGiven } from './services/ec2/given/parse-given.ts';
import { ec2 } from './services/ec2/index.ts';
import { ecs, type EcsService } from './services/ecs/index.ts';
import { ecsPorts } from './services/ecs/native/ports.ts';
import { elbv2 } from './services/elbv2/index.ts';
import { events } from './services/events/index.ts';
import { iam } from './services/iam/index.ts';
import { lambda } from './services/lambda/index.ts';
import { logs } from './services/logs/index.ts';
import { s3 } from './services/s3/index.ts';
import { sns } from './services/sns/index.ts';
import { sts } from './services/sts/index.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { openTelemetry, type Telemetry } from './telemetry/telemetry.ts';
import { createWire, type Wire } from './wire/dispatch.ts';
import { httpListener } from './wire/http.ts';
import { inProcessHandler } from './wire/in-process.ts';

export interface TealOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The data folder. */
  readonly data: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runtime: RuntimeName;
  readonly balancer: BalancerName;
  /** A folder of certificates for HTTPS listeners, `NAME.pem` and `NAME.key`. */
  readonly certificates?: string;
  /** Files with networks that are there too, as `aws ec2 describe-subnets` and its like print them. */
  readonly network?: readonly string[];
  /** The URL of a service that speaks SQS, for subscriptions and targets that are queues. */
  readonly sqsEndpoint?: string;
  readonly allowReset: boolean;
  readonly checkpoint: Checkpoint;
}

export interface Teal {
  readonly url: string;
  /** Answers what `/_teal/health` shows. */
  health(): Promise<unknown>;
  /** `leaveRunning` keeps tasks and traffic as they are, for an upgrade; otherwise all that Teal started ends. */
  close(options?: { readonly leaveRunning?: boolean }): Promise<void>;
}

/** Everything that a reset replaces. */
interface Platform {
  readonly wire: Wire;
  health(): Promise<Record<string, unknown>>;
  /** What a task asks about itself over HTTP. */
  task: EcsService['answerTask'];
  /** Of the key that signs notifications, as PEM. */
  signingCertificate(): Promise<string>;
  /** What signs hooks that are endpoints. */
  webhookSecret(scope: Scope): Promise<string>;
  /** Status and running wait of a deployment. */
  deployment(scope: Scope, id: string): Promise<unknown>;
  /** What Prometheus is told of the parts. */
  readonly readings: Readonly<Record<string, Readings>>;
  close(options: { readonly leaveRunning: boolean }): Promise<void>;
}

export { defaultRuntime } from './drivers/open-drivers.ts';

/** Builds a whole Teal and starts it; resolves when it is ready. */
export async function startTeal(options: TealOptions): Promise<Teal> {
  const startedAt = options.clock.now();
  const folder = openDataFolder(options.data);
  const telemetry = openTelemetry(folder.database, options.logger);
  const store = await openStore(folder.database, telemetry.countStatement).catch((cause: unknown) => {
    telemetry.close();
    throw cause;
  });
  let endpoint = '';
  let listening = (): void => undefined;
  const bound = new Promise<void>((resolve) => (listening = resolve));
  const start = () => startPlatform(options, folder, store, telemetry, () => endpoint);
  let platform: Promise<Platform> = bound.then(() => start());
  platform.catch(() => undefined); // awaited below; this only keeps an early failure from ending the process
  const health = async (): Promise<unknown> => ({
    status: 'ok',
    version: version(),
    uptimeSeconds: Math.round((options.clock.now().getTime() - startedAt.getTime()) / 1000),
    timeScale: options.clock.timeScale,
    data: folder.path,
    parts: await (await platform).health(),
  });
  const reset = async (): Promise<void> => {
    const before = platform;
    platform = before.then(async (running) => {
      await running.close({ leaveRunning: false });
      await store.reset();
      return start();
    });
    await platform;
    options.logger.warn('everything was reset');
  };
  const api = httpListener({ handle: async (request) => (await platform).wire.handle(request) });
  const server = await openHttpServer(
    options.host,
    options.port,
    front({
      allowReset: options.allowReset,
      api,
      health,
      reset,
      deployment: async (scope, id) => (await platform).deployment(scope, id),
      task: async (path) => (await platform).task(path),
      signingCertificate: async () => (await platform).signingCertificate(),
      webhookSecret: async (scope) => (await platform).webhookSecret(scope),
      metrics: async () => telemetry.page((await platform).readings),
    }),
  ).catch(async (cause: unknown) => {
    telemetry.close();
    await store.close();
    throw cause;
  });
  endpoint = server.url;
  listening();
  const close = async ({ leaveRunning = false } = {}): Promise<void> => {
    const running = await platform.catch(() => undefined);
    await server.close();
    await running?.close({ leaveRunning });
    telemetry.close();
    await store.close();
  };
  try {
    await platform;
  } catch (cause) {
    await close({ leaveRunning: true });
    throw cause;
  }
  return { url: server.url, health, close };
}

async function startPlatform(
  options: TealOptions,
  folder: DataFolder,
  store: Store,
  telemetry: Telemetry,
  endpoint: () => string,
): Promise<Platform> {
  const { clock, logger, checkpoint } = options;
  const clockOf = (part: string): Clock => telemetry.watch(clock, part);
  const files = options.certificates === undefined ? [] : readCertificateFiles(options.certificates);
  const networks = ec2({ given: readGiven(options.network ?? []), logger: logger.with({ part: 'ec2' }) });
  const bell = createBell(clock);
  const drivers = await openDrivers({
    ...options,
    folders: { ...folder, functions: join(folder.functions, 'sandboxes') },
    instance: folder.instance,
    endpoint,
    logger,
    onChange: () => bell.ring(),
  });
  const { runtime, balancer, functions } = drivers;

  // Services call each other as clients do, in process; the wire they reach is made of them.
  const reach: Pick<Wire, 'handle'> = { handle: (request) => wire.handle(request) };
  const clients = createAwsClients({ requestHandler: inProcessHandler(reach) });
  const asCodeDeploy = createAwsClients({
    requestHandler: inProcessHandler(reach, { principal: 'codedeploy.amazonaws.com' }),
  });

  const deployments = createDeploymentsPort(store);
  const signing = { clock, endpoint, secret: (scope: Scope) => webhookSecret(store, scope) };
  const engine: Engine = createEngine({
    ports: {
      deployments,
      taskSets: createTaskSets(asCodeDeploy),
      traffic: createTraffic(asCodeDeploy),
      hooks: createHooks({ ...signing, clients: asCodeDeploy }),
      alarms: createAlarms(asCodeDeploy),
      notices: measuredNotices(
        createNotices({
          clients: asCodeDeploy,
          emit: (scope, event) => buses.emit(scope, event),
          warn: (event, fields) => logger.warn(event, fields),
        }),
        telemetry.tap((scope, namespace, data) => watching.publishDurably(scope, namespace, data)),
      ),
    },
    clock: clockOf('engine'),
    logger: logger.with({ part: 'engine' }),
    bell,
    checkpoint,
  });
  // The same engine behind ECS's own front door.
  const ecsOwn = ecsPorts({ store, clock });
  const ecsEngine: Engine = createEngine({
    ports: {
      ...ecsOwn,
      traffic: createTraffic(clients),
      hooks: createHooks({ clients, clock, endpoint, secret: (scope) => webhookSecret(store, scope) }),
      alarms: createAlarms(clients),
    },
    clock: clockOf('ecs-engine'),
    logger: logger.with({ part: 'ecs-engine' }),
    bell,
    checkpoint,
  });
  const part = (name: string) => ({ store, clock: clockOf(name), bell, logger: logger.with({ part: name }) });
  const queues = createQueues({ endpoint: options.sqsEndpoint, environment: process.env });
  const topics = sns({ ...part('sns'), clients, queues, endpoint, outbox: join(folder.path, 'outbox') });
  const buses = events({ ...part('events'), clients, queues });
  const watching = cloudwatch({ ...part('cloudwatch'), clients, emit: buses.emit });
  const logging = logs({ ...part('logs'), publish: telemetry.tap(watching.publish), clients });
  const certificates = acm({
    store,
    clock,
    logger: logger.with({ part: 'acm' }),
    files,
    users: () => balancing.certificateUsers,
  });
  const balancing = elbv2({
    store,
    clock: clockOf('elbv2'),
    logger: logger.with({ part: 'elbv2' }),
    bell,
    balancer,
    accessLogFolder: join(folder.path, 'access-logs'),
    publish: telemetry.tap(watching.publish),
    network: networks.network,
    certificates: certificates.certificates,
  });
  const containers = ecs({
    store,
    clock: clockOf('ecs'),
    logger: logger.with({ part: 'ecs' }),
    bell,
    runtime,
    targets: createTargets(clients),
    network: networks.network,
    alarms: createDeploymentAlarms(clients),
    objects: createObjects(clients),
    emit: (scope, event) => buses.emit(scope, event),
    append: logging.append,
    checkpoint,
    publish: telemetry.tap(watching.publish),
  });
  const services = [
    certificates,
    balancing,
    lambda({
      store,
      clock: clockOf('lambda'),
      logger: logger.with({ part: 'lambda' }),
      functions,
      append: logging.append,
      publish: watching.publish,
      clients,
      checkpoint,
      folder: join(folder.functions, 'code'),
      endpoint,
    }),
    containers,
    codedeploy({
      store,
      clock,
      logger: logger.with({ part: 'codedeploy' }),
      engine: () => engine,
      clients: asCodeDeploy,
      objects: createObjects(asCodeDeploy),
    }),
    topics,
    buses,
    watching,
    logging,
    applicationAutoscaling({
      store,
      clock,
      logger: logger.with({ part: 'autoscaling' }),
      scaling: createScaling(clients),
    }),
    s3({ store, clock, logger: logger.with({ part: 's3' }), folder: folder.objects, checkpoint }),
    iam({ store, clock }),
    sts(),
    networks,
  ];
  const wire = createWire({ services, logger: logger.with({ part: 'wire' }), onAnswered: telemetry.countCall });
  for (const service of services) await service.start();
  await engine.start();
  await ecsEngine.start();
  return {
    wire,
    health: async () => ({
      store: { engine: 'sqlite' },
      runtime: { name: runtime.name, ...(await describeTasks(runtime)) },
      balancer: { name: balancer.name, ...(await balancing.describeHealth()) },
      functions: { name: functions.name },
      engine: { activeDeployments: (await deployments.active()).length + (await ecsOwn.deployments.active()).length },
    }),
    task: (question) => containers.answerTask(question),
    signingCertificate: () => topics.signingCertificate(),
    webhookSecret: (scope) => webhookSecret(store, scope),
    readings: { elb: balancing.readings, ecs: containers.readings, codedeploy: deploymentReadings(deployments) },
    async deployment(scope, id) {
      const found = await deployments.get(scope, id);
      return found && { id, status: found.status, wait: found.progress.wait, timeScale: clock.timeScale };
    },
    async close({ leaveRunning }) {
      await engine.close();
      await ecsEngine.close();
      if (!leaveRunning) await containers.stopAllTasks();
      for (const service of [...services].reverse()) await service.close();
      clients.close();
      asCodeDeploy.close();
      queues.close();
      await closeDrivers(drivers, leaveRunning);
    },
  };
}

/** How many tasks the runtime holds, or why it does not tell. */
const describeTasks = (runtime: Runtime): Promise<{ readonly tasks: number } | { readonly problem: string }> =>
  runtime.observe().then(
    ({ length }) => ({ tasks: length }),
    (cause: unknown) => ({ problem: cause instanceof Error ? cause.message : String(cause) }),
  );
