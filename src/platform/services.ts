import { join } from 'node:path';
import { createDeploymentAlarms } from '../aws/deployment-alarms.ts';
import { createObjects } from '../aws/objects.ts';
import { createScaling } from '../aws/scaling.ts';
import { createTargets } from '../aws/targets.ts';
import type { Engine } from '../engine/engine.ts';
import { acm } from '../services/acm/index.ts';
import { applicationAutoscaling } from '../services/application-autoscaling/index.ts';
import { cloudwatch, type CloudWatchService } from '../services/cloudwatch/index.ts';
import { codedeploy } from '../services/codedeploy/index.ts';
import { ec2 } from '../services/ec2/index.ts';
import { ecs, type EcsService } from '../services/ecs/index.ts';
import { elbv2, type ElbService } from '../services/elbv2/index.ts';
import { events, type EventsService } from '../services/events/index.ts';
import { iam } from '../services/iam/index.ts';
import { lambda } from '../services/lambda/index.ts';
import { logs } from '../services/logs/index.ts';
import { s3 } from '../services/s3/index.ts';
import { sns, type SnsService } from '../services/sns/index.ts';
import { sts } from '../services/sts/index.ts';
import type { Service } from '../wire/types.ts';
import type { Given } from './given.ts';
import type { Parts } from './platform.ts';

/** Every service, and by name those that others ask something which is no API of AWS. */
export interface Services {
  /** In the order in which they are started; they are closed the other way round. */
  readonly all: readonly Service[];
  readonly balancing: ElbService;
  readonly containers: EcsService;
  readonly topics: SnsService;
  readonly buses: EventsService;
  readonly watching: CloudWatchService;
}

/**
 * Builds the services and starts none.
 *
 * @param engine - of CodeDeploy; asked for when it is needed, since engines are built after the services
 */
export function createServices(parts: Parts, given: Given, engine: () => Engine): Services {
  const { clock, store, folder, telemetry, bell, checkpoint, endpoint } = parts;
  const { runtime, balancer, functions } = parts.drivers;
  const { aws: clients, asCodeDeploy, queues } = parts.clients;
  const logger = (part: string) => parts.logger.with({ part });
  /** For those with a loop: how late it wakes is counted. */
  const part = (name: string) => ({ store, clock: telemetry.watch(clock, name), bell, logger: logger(name) });

  const networks = ec2({ given: given.network, logger: logger('ec2') });
  const topics = sns({ ...part('sns'), clients, queues, endpoint, outbox: join(folder.path, 'outbox') });
  const buses = events({ ...part('events'), clients, queues });
  const watching = cloudwatch({ ...part('cloudwatch'), clients, emit: buses.emit });
  const publish = telemetry.tap(watching.publish);
  const logging = logs({ ...part('logs'), publish, clients });
  const certificates = acm({
    store,
    clock,
    logger: logger('acm'),
    files: given.certificates,
    users: () => balancing.certificateUsers,
  });
  const balancing = elbv2({
    ...part('elbv2'),
    balancer,
    accessLogFolder: join(folder.path, 'access-logs'),
    publish,
    network: networks.network,
    certificates: certificates.certificates,
  });
  const containers = ecs({
    ...part('ecs'),
    runtime,
    targets: createTargets(clients),
    network: networks.network,
    alarms: createDeploymentAlarms(clients),
    objects: createObjects(clients),
    emit: buses.emit,
    append: logging.append,
    checkpoint,
    publish,
  });
  const invoking = lambda({
    ...part('lambda'),
    functions,
    append: logging.append,
    publish: watching.publish,
    clients,
    checkpoint,
    folder: join(folder.functions, 'code'),
    endpoint,
  });
  const deploying = codedeploy({
    store,
    clock,
    logger: logger('codedeploy'),
    engine,
    clients: asCodeDeploy,
    objects: createObjects(asCodeDeploy),
  });
  const scaling = applicationAutoscaling({
    store,
    clock,
    logger: logger('autoscaling'),
    scaling: createScaling(clients),
  });
  const objects = s3({ store, clock, logger: logger('s3'), folder: folder.objects, checkpoint });
  const all = [
    certificates,
    balancing,
    invoking,
    containers,
    deploying,
    topics,
    buses,
    watching,
    logging,
    scaling,
    objects,
    iam({ store, clock }),
    sts(),
    networks,
  ];
  return { all, balancing, containers, topics, buses, watching };
}
