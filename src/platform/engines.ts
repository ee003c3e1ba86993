import { createAlarms } from '../aws/alarms.ts';
import { createHooks } from '../aws/hooks.ts';
import { measuredNotices } from '../aws/measured-notices.ts';
import { createNotices } from '../aws/notices.ts';
import { createTaskSets } from '../aws/task-sets.ts';
import { createTraffic } from '../aws/traffic.ts';
import type { Engine } from '../engine/engine.ts';
import type { Deployments, Ports } from '../engine/ports.ts';
import { createEngine } from '../engine/runner.ts';
import { createDeploymentsPort } from '../services/codedeploy/deployments-port.ts';
import { webhookSecret } from '../services/codedeploy/webhook-secret.ts';
import { ecsPorts } from '../services/ecs/native/ports.ts';
import type { Parts } from './platform.ts';
import type { Services } from './services.ts';

/** The engine behind each of its two front doors. */
export interface Engines {
  readonly codedeploy: FrontDoor;
  /** The strategies BLUE_GREEN, LINEAR and CANARY of ECS itself. */
  readonly ecs: FrontDoor;
  start(): Promise<void>;
  close(): Promise<void>;
}

interface FrontDoor {
  readonly engine: Engine;
  readonly deployments: Deployments;
}

/** What hears of CodeDeploy's deployments beside their topics. */
type Hearing = Pick<Services, 'buses' | 'watching'>;

export function createEngines(parts: Parts, services: Hearing): Engines {
  const codedeploy = frontDoor(parts, 'engine', codedeployPorts(parts, services));
  const ecs = frontDoor(parts, 'ecs-engine', ecsOwnPorts(parts));
  return {
    codedeploy,
    ecs,
    async start() {
      await codedeploy.engine.start();
      await ecs.engine.start();
    },
    async close() {
      await codedeploy.engine.close();
      await ecs.engine.close();
    },
  };
}

function frontDoor({ clock, logger, telemetry, bell, checkpoint }: Parts, part: string, ports: Ports): FrontDoor {
  const engine = createEngine({
    ports,
    clock: telemetry.watch(clock, part),
    logger: logger.with({ part }),
    bell,
    checkpoint,
  });
  return { engine, deployments: ports.deployments };
}

function codedeployPorts(parts: Parts, { buses, watching }: Hearing): Ports {
  const { store, logger, telemetry } = parts;
  const clients = parts.clients.asCodeDeploy;
  return {
    deployments: createDeploymentsPort(store),
    taskSets: createTaskSets(clients),
    traffic: createTraffic(clients),
    hooks: createHooks({ ...signing(parts), clients }),
    alarms: createAlarms(clients),
    notices: measuredNotices(
      createNotices({ clients, emit: buses.emit, warn: (event, fields) => logger.warn(event, fields) }),
      telemetry.tap(watching.publishDurably),
    ),
  };
}

function ecsOwnPorts(parts: Parts): Ports {
  const clients = parts.clients.aws;
  return {
    ...ecsPorts(parts),
    traffic: createTraffic(clients),
    hooks: createHooks({ ...signing(parts), clients }),
    alarms: createAlarms(clients),
  };
}

const signing = ({ store, clock, endpoint }: Parts): Omit<Parameters<typeof createHooks>[0], 'clients'> => ({
  clock,
  endpoint,
  secret: (scope) => webhookSecret(store, scope),
});
