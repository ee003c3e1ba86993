import {
  type ContainerDefinition,
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  type ECSClient,
  type NetworkConfiguration,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { setTimeout as pause } from 'node:timers/promises';

export const CLUSTER = 'chaos';
/** How many tasks a service is asked for at most. */
export const MOST = 3;

/** What was last asked for and accepted. */
export interface Wish {
  readonly service: string;
  desiredCount: number;
  taskDefinition: string;
}

type Shape = Omit<RegisterTaskDefinitionCommandInput, 'family' | 'containerDefinitions'> & {
  readonly containers: readonly string[];
  readonly more?: Partial<ContainerDefinition>;
};

/** One after another for the services; the first two have all there is: several containers, a volume, published ports. */
const SHAPES: readonly Shape[] = [
  { networkMode: 'awsvpc', containers: ['side', 'web'] },
  {
    networkMode: 'bridge',
    containers: ['web'],
    volumes: [{ name: 'scratch', dockerVolumeConfiguration: { scope: 'task' } }],
    more: {
      portMappings: [{ containerPort: 8080, hostPort: 0 }],
      mountPoints: [{ sourceVolume: 'scratch', containerPath: '/scratch' }],
    },
  },
  { networkMode: 'awsvpc', containers: ['web'] },
  { networkMode: 'bridge', containers: ['web'] },
];
export const shapeOf = (index: number): Shape => SHAPES[index % SHAPES.length] ?? { containers: [] };

const PROGRAM = `process.on('SIGTERM', () => process.exit(0)); setInterval(() => undefined, 1000)`;

export async function createFleet(
  ecs: ECSClient,
  networkConfiguration: NetworkConfiguration,
  image: string,
  count: number,
): Promise<Wish[]> {
  await ecs.send(new CreateClusterCommand({ clusterName: CLUSTER }));
  const wishes: Wish[] = [];
  for (let index = 0; index < count; index += 1) {
    const wish = { service: `service-${index + 1}`, desiredCount: 2, taskDefinition: '' };
    wish.taskDefinition = await registerNext(ecs, image, wish.service, index);
    await ecs.send(
      new CreateServiceCommand({
        cluster: CLUSTER,
        serviceName: wish.service,
        taskDefinition: wish.taskDefinition,
        desiredCount: wish.desiredCount,
        ...(shapeOf(index).networkMode === 'awsvpc' && { networkConfiguration }),
      }),
    );
    wishes.push(wish);
  }
  return wishes;
}

/** @returns the ARN of the next revision */
export async function registerNext(ecs: ECSClient, image: string, family: string, index: number): Promise<string> {
  const { containers, more, ...settings } = shapeOf(index);
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...settings,
      family,
      containerDefinitions: containers.map((name, at) => ({
        name,
        image,
        memory: 128,
        stopTimeout: 2,
        command: ['/usr/local/bin/node', '-e', PROGRAM],
        ...(at > 0 && { dependsOn: [{ containerName: containers[at - 1], condition: 'START' }] }),
        ...more,
      })),
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

/** Asks for it, again and again while Teal is away, and writes it down as wished once it is accepted. */
export async function update(ecs: ECSClient, wish: Wish, change: Partial<Omit<Wish, 'service'>>): Promise<void> {
  await untilAnswered(() => ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service: wish.service, ...change })));
  Object.assign(wish, change);
}

export const deleteService = (ecs: ECSClient, { service }: Wish) =>
  untilAnswered(() => ecs.send(new DeleteServiceCommand({ cluster: CLUSTER, service, force: true })));

/** Repeats what Teal could not answer because it was away. @throws what it refused */
export async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (cause) {
      const isRefusal = cause instanceof Error && '$metadata' in cause && '$response' in cause;
      if (isRefusal) throw cause;
      await pause(200);
    }
  }
}
