import { expect, it } from 'vitest';
import type { ContainerSpec, Machine, PortMapping } from '../../../drivers/runtimes/runtime.ts';
import { decidePlacement, needOf, type Need } from './decide-placement.ts';

const machine: Machine = { processors: 2, memory: 4096, architecture: 'x86_64', os: 'linux' };
const need = (members: Partial<Need> = {}): Need => ({ cpu: 0, memory: 64, ports: [], ...members });

it('places any number of tasks that take no host port, whatever they need together', () => {
  const holders = [{ taskId: 'a', ports: ['8080/tcp'] }];

  expect(decidePlacement(need({ cpu: 2048, memory: 4096 }), machine, holders, 10)).toEqual({ fits: 10, inTheWay: [] });
});

it.each([
  ['CPU', { cpu: 2049 }],
  ['MEMORY', { memory: 4097 }],
  ['CPU', { cpu: 2049, memory: 4097, ports: ['22/tcp'] }],
])('places no task that alone needs more than the machine has: %s', (shortage, members) => {
  expect(decidePlacement(need(members), machine, [], 2)).toEqual({ fits: 0, shortage, inTheWay: [] });
});

it('gives a host port to one task, and names those that hold one', () => {
  const holders = [
    { taskId: 'a', ports: ['8080/tcp', '53/udp'] },
    { taskId: 'b', ports: ['9090/tcp'] },
    { taskId: 'c', ports: [] },
  ];
  const place = (ports: string[], count = 1) => decidePlacement(need({ ports }), machine, holders, count);

  expect(place(['80/tcp'])).toEqual({ fits: 1, inTheWay: [] });
  expect(place(['80/tcp'], 3)).toEqual({ fits: 1, shortage: 'PORTS', inTheWay: [] });
  expect(place(['8080/tcp'])).toEqual({ fits: 0, shortage: 'PORTS', inTheWay: ['a'] });
  expect(place(['53/udp', '9090/tcp'])).toEqual({ fits: 0, shortage: 'PORTS', inTheWay: ['a', 'b'] });
  expect(place(['8080/udp', '53/tcp'])).toEqual({ fits: 1, inTheWay: [] });
});

it('keeps the ports that instances keep for themselves', () => {
  expect(decidePlacement(need({ ports: ['22/tcp'] }), machine, [], 1)).toMatchObject({ fits: 0, shortage: 'PORTS' });
  expect(decidePlacement(need({ ports: ['22/udp'] }), machine, [], 1)).toMatchObject({ fits: 1 });
});

const container = (members: Partial<ContainerSpec> = {}): ContainerSpec => ({
  name: 'web',
  image: 'web',
  environment: {},
  portMappings: [],
  essential: true,
  cpu: 0,
  ...members,
});

it('takes the sizes of a task, else of its containers together, of memory the soft limit first', () => {
  const containers = [container({ cpu: 256, memory: 512, memoryReservation: 128 }), container({ cpu: 10, memory: 64 })];

  expect(needOf({ networkMode: 'bridge', containers })).toMatchObject({ cpu: 266, memory: 192 });
  expect(needOf({ networkMode: 'bridge', containers, cpu: 512, memory: 1024 })).toMatchObject({
    cpu: 512,
    memory: 1024,
  });
});

it('takes those host ports that the definition fixes, and none for a network interface of its own', () => {
  const portMappings: PortMapping[] = [
    { containerPort: 80, hostPort: 8080, protocol: 'tcp' },
    { containerPort: 53, hostPort: 53, protocol: 'udp' },
    { containerPort: 81, hostPort: 0, protocol: 'tcp' },
    { containerPort: 82, protocol: 'tcp' },
  ];
  const ports = (networkMode: 'bridge' | 'host' | 'awsvpc') =>
    needOf({ networkMode, containers: [container({ portMappings })] }).ports;

  expect(ports('bridge')).toEqual(['8080/tcp', '53/udp']);
  expect(ports('host')).toEqual(['80/tcp', '53/udp', '81/tcp', '82/tcp']);
  expect(ports('awsvpc')).toEqual([]);
});
