import type { Machine, TaskSpec } from '../../../drivers/runtimes/runtime.ts';

/** What a task takes of the machine that it is placed on. */
export interface Need {
  /** CPU units, 1024 to a processor. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** Of the host, fixed by the definition: `8080/tcp`. */
  readonly ports: readonly string[];
}

/** A task that has not stopped; one that is being stopped has what it took until it has. */
export interface Holder {
  readonly taskId: string;
  readonly ports: readonly string[];
}

/** What is lacking, as AWS names resources in `RESOURCE:…`. */
export type Shortage = 'CPU' | 'MEMORY' | 'PORTS';

export interface Room {
  /** So many can be placed now. */
  readonly fits: number;
  /** Why not all. */
  readonly shortage?: Shortage;
  /** Ids of the tasks that would have to end first; none where that would not help. */
  readonly inTheWay: readonly string[];
}

/** SSH, Docker and the ECS agent: no instance gives these to tasks. Source: ECS developer guide, ECS_RESERVED_PORTS. */
export const RESERVED_PORTS: readonly string[] = ['22', '2375', '2376', '51678', '51679'];

/**
 * How many tasks of one kind find room. Host ports are given to one task each. A task that needs more CPU or memory than
 * the whole machine has is not placed; what several need together is not added up, since a small machine is to be able to
 * rehearse the release of a large one. Source: ECS developer guide, host ports; the order of reasons is assumed.
 */
export function decidePlacement(need: Need, machine: Machine, holders: readonly Holder[], count: number): Room {
  if (need.cpu > cpuOf(machine)) return none('CPU');
  if (need.memory > machine.memory) return none('MEMORY');
  if (need.ports.length === 0) return { fits: count, inTheWay: [] };
  if (need.ports.some(isReserved)) return none('PORTS');
  const inTheWay = holders.filter(({ ports }) => ports.some((port) => need.ports.includes(port)));
  const ids = inTheWay.map(({ taskId }) => taskId);
  if (ids.length > 0) return none('PORTS', ids);
  return count <= 1 ? { fits: count, inTheWay: [] } : { fits: 1, shortage: 'PORTS', inTheWay: [] };
}

const none = (shortage: Shortage, inTheWay: readonly string[] = []): Room => ({ fits: 0, shortage, inTheWay });

const isReserved = (port: string): boolean => RESERVED_PORTS.some((one) => port === `${one}/tcp`);

/** In CPU units. */
export const cpuOf = ({ processors }: Pick<Machine, 'processors'>): number => processors * 1024;

/**
 * What a task takes: its own sizes, else those of its containers together, of memory the soft limit where there is one.
 * Source: ECS API Reference, ContainerDefinition.memoryReservation.
 */
export function needOf(spec: Pick<TaskSpec, 'networkMode' | 'containers' | 'cpu' | 'memory'>): Need {
  const { containers } = spec;
  return {
    cpu: spec.cpu ?? sum(containers.map(({ cpu }) => cpu)),
    memory: spec.memory ?? sum(containers.map(({ memory, memoryReservation }) => memoryReservation ?? memory ?? 0)),
    ports: [...new Set(portsOf(spec))],
  };
}

/** Those of `awsvpc` are ports of the task's own interface; those that are chosen when the task starts are free. */
function portsOf({ networkMode, containers }: Pick<TaskSpec, 'networkMode' | 'containers'>): string[] {
  if (networkMode !== 'bridge' && networkMode !== 'host') return [];
  return containers
    .flatMap(({ portMappings }) => portMappings)
    .map(({ containerPort, hostPort = 0, protocol }) => ({
      port: networkMode === 'host' ? containerPort : hostPort,
      protocol,
    }))
    .filter(({ port }) => port > 0)
    .map(({ port, protocol }) => `${port}/${protocol}`);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
