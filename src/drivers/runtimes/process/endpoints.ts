import { freePort, canListen } from '../free-port.ts';
import type { Endpoint, PortMapping, TaskSpec } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { HOST } from './task-environment.ts';

/**
 * Chooses where each mapped port of a task will answer. All processes share one machine, so the container's own
 * number is not kept; a host port named in bridge mode is, while it is free.
 */
export async function chooseEndpoints(
  task: TaskSpec,
  others: readonly TaskRecord[],
): Promise<Record<string, readonly Endpoint[]>> {
  const taken = new Set(others.filter(({ stoppedAt }) => stoppedAt === undefined).flatMap(portsOf));
  const chosen: Record<string, Endpoint[]> = {};
  for (const container of task.containers) {
    const endpoints: Endpoint[] = [];
    for (const mapping of container.portMappings) {
      const port = await choosePort(task, mapping, taken);
      taken.add(port);
      endpoints.push({ containerPort: mapping.containerPort, host: HOST, port, protocol: mapping.protocol });
    }
    chosen[container.name] = endpoints;
  }
  return chosen;
}

async function choosePort(task: TaskSpec, mapping: PortMapping, taken: ReadonlySet<number>): Promise<number> {
  const wished = task.networkMode === 'bridge' ? (mapping.hostPort ?? 0) : 0;
  if (wished > 0 && !taken.has(wished) && (await canListen(HOST, wished))) return wished;
  return freePort(HOST, taken);
}

const portsOf = ({ endpoints }: TaskRecord): number[] => Object.values(endpoints ?? {}).flatMap(ports);
const ports = (endpoints: readonly Endpoint[]): number[] => endpoints.map(({ port }) => port);
