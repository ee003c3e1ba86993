import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import { expect, it } from 'vitest';
import { normalise } from './normalise.ts';

const web = { name: 'web', image: 'web:1', memory: 128 };
const base: RegisterTaskDefinitionRequest = { family: 'web', containerDefinitions: [web] };
const fargate: RegisterTaskDefinitionRequest = {
  ...base,
  requiresCompatibilities: ['FARGATE'],
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
};

it('fills in what ECS shows of a container', () => {
  const [container] =
    normalise({ ...base, containerDefinitions: [{ ...web, portMappings: [{ containerPort: 80 }] }] })
      .containerDefinitions ?? [];

  expect(container).toEqual({
    ...web,
    cpu: 0,
    essential: true,
    portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
    environment: [],
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
  });
});

it('takes sizes with units and gives them as plain numbers', () => {
  expect(normalise({ ...fargate, cpu: '.25 vCPU', memory: '0.5GB' })).toMatchObject({ cpu: '256', memory: '512' });
});

const containers = (...containerDefinitions: object[]) => ({ ...base, containerDefinitions });

it.each<[string, object]>([
  ['Family contains invalid characters.', { ...base, family: 'a b' }],
  ['Container.image should not be null or empty.', containers({ name: 'web' })],
  ['Container names must be unique within a task definition', containers(web, web)],
  ["Task definition doesn't have any essential container", containers({ ...web, essential: false })],
  [
    "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
    containers({ name: 'web', image: 'web' }),
  ],
  ["The 'memory' setting for container 'web' is greater than for the task", { ...base, memory: '64' }],
  ["Invalid 'cpu' setting for task.", { ...base, cpu: 'much' }],
  ['Fargate only supports network mode ‘awsvpc’.', { ...fargate, networkMode: 'bridge' }],
  ["Fargate requires that 'memory' be defined at the task level.", { ...fargate, memory: undefined }],
  [
    'No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation for the valid values.',
    { ...fargate, memory: '4096' },
  ],
  ["Invalid 'containerPort' setting for container 'web'.", containers({ ...web, portMappings: [{}] })],
  [
    'When networkMode=awsvpc, the host ports and container ports in port mappings must match.',
    {
      ...fargate,
      containerDefinitions: [{ ...web, portMappings: [{ containerPort: 80, hostPort: 81 }] }],
    },
  ],
  ["Unknown volume 'data'.", containers({ ...web, mountPoints: [{ sourceVolume: 'data' }] })],
  [
    "Cannot depend on container + 'db' because it does not exist",
    containers({ ...web, dependsOn: [{ containerName: 'db', condition: 'START' }] }),
  ],
  [
    'Container dependsOn contains a cycle',
    containers({ ...web, dependsOn: [{ containerName: 'web', condition: 'START' }] }),
  ],
  [
    "Health check interval must be less than or equal to the maximum allowed value 300 for container 'web'",
    containers({ ...web, healthCheck: { command: ['CMD', 'true'], interval: 301 } }),
  ],
])('says: %s', (message, input) => {
  expect(() => normalise(input as RegisterTaskDefinitionRequest)).toThrow(message);
});
