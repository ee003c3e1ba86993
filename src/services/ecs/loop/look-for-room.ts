import { launchTypeOf } from '../records/placement.ts';
import { findTaskDefinition, networkModeOf } from '../records/task-definition.ts';
import type { TaskSetRecord } from '../records/task-set.ts';
import { containerSpecs } from './container-specs.ts';
import { needOf, type Room } from './decide-placement.ts';
import type { Rooms, ServiceDecision } from './decide-service.ts';
import { roomFor } from './place-tasks.ts';
import type { ServiceWork } from './reconcile-service.ts';

/** What the machine has room for, of sets that are to start more than that. */
export async function lookForRoom(work: ServiceWork, { sets }: ServiceDecision): Promise<Rooms> {
  const rooms = new Map<string, Room>();
  for (const { set, start } of sets) {
    if (start === 0 || launchTypeOf(set) !== 'EC2') continue;
    const room = await roomOf(work, set, start);
    if (room && room.fits < start) rooms.set(set.id, room);
  }
  return rooms;
}

async function roomOf({ deps, scope }: ServiceWork, set: TaskSetRecord, start: number): Promise<Room | undefined> {
  const found = await findTaskDefinition(deps.store, scope, set.taskDefinition);
  if (!found) return undefined;
  const { definition } = found;
  const { cpu, memory } = definition;
  const need = needOf({
    networkMode: networkModeOf(definition),
    containers: containerSpecs(definition, undefined, 'EC2', scope.region),
    ...(cpu !== undefined && { cpu: Number(cpu) }),
    ...(memory !== undefined && { memory: Number(memory) }),
  });
  return roomFor(deps.store, deps.runtime.machine, need, start);
}
