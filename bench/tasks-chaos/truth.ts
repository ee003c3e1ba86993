import { DescribeServicesCommand, DescribeTasksCommand, type ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import type Dockerode from 'dockerode';
import type { ContainerInfo } from 'dockerode';
import { LABEL } from '../../src/drivers/runtimes/docker/names.ts';
import { CLUSTER, shapeOf, type Wish } from './fleet.ts';
import { shiftedFaults, type Shifted } from './shifted.ts';
import { heldContainers, heldNetworks, heldVolumes } from './held.ts';

/** Compares what was wished, what ECS says and what the Engine holds. */
export interface Truth {
  /** Where ECS's services or tasks are not as wished, or without their containers; one sentence each. */
  readonly wrong: readonly string[];
  /** What the Engine holds beyond it. */
  readonly strays: readonly string[];
  readonly tasks: number;
}

export interface Wished {
  readonly wishes: readonly Wish[];
  readonly shifted: readonly Shifted[];
}

export async function lookForTruth(ecs: ECSClient, engine: Dockerode, { wishes, shifted }: Wished): Promise<Truth> {
  const containers = await heldContainers(engine);
  const wrong: string[] = [];
  const known = new Set<string>();
  let volumes = 0;
  for (const [index, wish] of wishes.entries()) {
    wrong.push(...(await serviceFaults(ecs, wish)));
    const ids = await taskIds(ecs, wish, wrong);
    for (const id of ids) known.add(id);
    if (ids.length !== wish.desiredCount) wrong.push(`${wish.service} lists ${ids.length} tasks`);
    wrong.push(...ids.flatMap((id) => containerFaults(id, index, wish, containers)));
    volumes += ids.length * (shapeOf(index).volumes?.length ?? 0);
  }
  for (const one of shifted) wrong.push(...(await shiftedFaults(one, containers, known)));
  const strays = containers.filter(({ Labels }) => !known.has(Labels[LABEL.task] ?? '')).map(inWords);
  const [networks, kept] = [await heldNetworks(engine), await heldVolumes(engine)];
  if (networks.length > 1) strays.push(`networks ${networks.join(', ')}`);
  if (kept.length > volumes) strays.push(`${kept.length} volumes for ${volumes}: ${kept.join(', ')}`);
  if (kept.length < volumes) wrong.push(`${kept.length} volumes for ${volumes}`);
  return { wrong, strays, tasks: known.size };
}

async function serviceFaults(ecs: ECSClient, wish: Wish): Promise<string[]> {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: CLUSTER, services: [wish.service] }));
  const { desiredCount, runningCount, pendingCount, taskDefinition, deployments = [] } = services?.[0] ?? {};
  const [primary] = deployments;
  const isAsWished =
    desiredCount === wish.desiredCount &&
    runningCount === wish.desiredCount &&
    pendingCount === 0 &&
    taskDefinition === wish.taskDefinition &&
    deployments.length === 1 &&
    primary?.rolloutState === 'COMPLETED' &&
    primary.taskDefinition === wish.taskDefinition;
  if (isAsWished) return [];
  return [
    `${wish.service}: wished ${wish.desiredCount} of ${revision(wish.taskDefinition)}, is ${runningCount} running and ${pendingCount} pending of ${desiredCount} of ${revision(taskDefinition)}; deployments: ${deployments.map((one) => `${revision(one.taskDefinition)} ${one.rolloutState}`).join(', ')}`,
  ];
}

async function taskIds(ecs: ECSClient, wish: Wish, wrong: string[]): Promise<string[]> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: CLUSTER, serviceName: wish.service }));
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: CLUSTER, tasks: taskArns }));
  for (const { taskArn, lastStatus, taskDefinitionArn } of tasks)
    if (lastStatus !== 'RUNNING' || taskDefinitionArn !== wish.taskDefinition)
      wrong.push(`task ${taskArn} is ${lastStatus}, of ${revision(taskDefinitionArn)}`);
  return taskArns.map((arn) => arn.split('/').pop() ?? '');
}

/** Each container of a task once, running and of its revision; where there are several, with the one that holds them. */
function containerFaults(id: string, index: number, wish: Wish, containers: readonly ContainerInfo[]): string[] {
  const found = containers.filter(({ Labels }) => Labels[LABEL.task] === id);
  const { containers: names } = shapeOf(index);
  const wanted = [...names, ...(names.length > 1 ? ['.pause'] : [])].sort().join();
  const is = found
    .map(({ Labels }) => Labels[LABEL.container])
    .sort()
    .join();
  const isOfRevision = (one: ContainerInfo): boolean =>
    revision(wish.taskDefinition) ===
    `${one.Labels['com.amazonaws.ecs.task-definition-family']}:${one.Labels['com.amazonaws.ecs.task-definition-version']}`;
  const ailing = found.filter((one) => one.State !== 'running' || !isOfRevision(one));
  return [
    ...(is === wanted ? [] : [`task ${id} of ${wish.service} has containers '${is}', not '${wanted}'`]),
    ...ailing.map((one) => `${inWords(one)} is of a task that runs`),
  ];
}

export const inWords = ({ Names, State, Status }: ContainerInfo): string =>
  `container ${Names.join()} ${State} (${Status})`;

const revision = (arn = ''): string => arn.split('/').pop() ?? '';
