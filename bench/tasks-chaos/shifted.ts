import { DescribeServicesCommand, DescribeTasksCommand, ListTasksCommand, type Task } from '@aws-sdk/client-ecs';
import {
  type Action,
  DescribeTargetHealthCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ContainerInfo } from 'dockerode';
import type { DemoClients } from '../../src/cli/demo/clients.ts';
import type { SampleContainer } from '../../src/cli/demo/sample-container.ts';
import { sendTraffic, type Traffic } from '../../src/cli/demo/traffic.ts';
import { LABEL } from '../../src/drivers/runtimes/docker/names.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { untilAnswered } from './fleet.ts';

/** What has become of the releases of a service. */
export interface Releases {
  /** In words, those that have not ended. */
  readonly underWay: readonly string[];
  /** The task definition that has to run; absent where the last release did not come to its end as asked. */
  readonly taskDefinition: string | undefined;
}

/** A service behind a load balancer whose releases shift traffic, under traffic. */
export interface Shifted {
  readonly cluster: string;
  readonly service: string;
  readonly clients: DemoClients;
  readonly traffic: Traffic;
  readonly groups: readonly string[];
  desiredCount: number;
  /** @returns whether it was begun */
  release(version: string): Promise<boolean>;
  releases(): Promise<Releases>;
  /** What production's requests are answered by. */
  production(): Promise<Action | undefined>;
}

export const versions =
  (image: string): SampleContainer =>
  (version) => ({
    name: 'web',
    image,
    memory: 128,
    stopTimeout: 2,
    command: ['/usr/local/bin/node', '-e', PROGRAM],
    environment: [{ name: 'VERSION', value: version }],
    portMappings: [{ containerPort: 8080 }],
  });
const PROGRAM = `
const server = require('node:http').createServer((_, response) => {
  response.writeHead(200, { 'x-version': process.env.VERSION });
  response.end();
});
server.listen(8080, '0.0.0.0');
process.on('SIGTERM', () => server.close(() => process.exit(0)));`;

export const trafficTo = (url: string): Traffic => sendTraffic(url, 20, systemClock());

/** Where such a service is not as wished; adds the ids of its tasks to those that are known. */
export async function shiftedFaults(
  one: Shifted,
  containers: readonly ContainerInfo[],
  known: Set<string>,
): Promise<string[]> {
  const { cluster, service, clients, desiredCount } = one;
  const { services } = await clients.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const { runningCount, pendingCount, deployments = [], taskSets = [], desiredCount: asked } = services?.[0] ?? {};
  const { underWay, taskDefinition } = await one.releases();
  const tasks = await tasksOf(one);
  const wrong = underWay.map((release) => `${service}: ${release}`);
  const counts = `${asked} ${runningCount} ${pendingCount} ${tasks.length} ${deployments.length + taskSets.length}`;
  if (counts !== `${desiredCount} ${desiredCount} 0 ${desiredCount} 1`)
    wrong.push(`${service}: wished ${desiredCount}; asked, running, pending, listed tasks and revisions are ${counts}`);
  for (const task of tasks) {
    const id = task.taskArn?.split('/').pop() ?? '';
    known.add(id);
    const own = containers.filter(({ Labels }) => Labels[LABEL.task] === id);
    const isFine = own.length === 1 && own[0]?.State === 'running' && task.lastStatus === 'RUNNING';
    const isWished = task.taskDefinitionArn === (taskDefinition ?? tasks[0]?.taskDefinitionArn);
    if (!isFine || !isWished)
      wrong.push(`task ${id} of ${service} is ${task.lastStatus}, of ${task.taskDefinitionArn}, not ${taskDefinition}`);
  }
  return [...wrong, ...(await trafficFaults(one, tasks))];
}

async function tasksOf({ clients, cluster, service }: Shifted): Promise<Task[]> {
  const { taskArns = [] } = await clients.ecs.send(new ListTasksCommand({ cluster, serviceName: service }));
  if (taskArns.length === 0) return [];
  return (await clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))).tasks ?? [];
}

/** The targets are the tasks, in one group, which has all traffic. */
async function trafficFaults(one: Shifted, tasks: readonly Task[]): Promise<string[]> {
  const targets: (TargetHealthDescription & { readonly group: string })[] = [];
  for (const group of one.groups) {
    const health = new DescribeTargetHealthCommand({ TargetGroupArn: group });
    const { TargetHealthDescriptions = [] } = await one.clients.elbv2.send(health);
    targets.push(...TargetHealthDescriptions.map((target) => ({ ...target, group })));
  }
  const are = targets.map(({ Target, TargetHealth }) => `${Target?.Id} ${TargetHealth?.State}`).sort();
  const should = tasks.map((task) => `${addressOf(task)} healthy`).sort();
  const forward = (await one.production())?.ForwardConfig?.TargetGroups ?? [];
  const served = forward.filter(({ Weight }) => Weight !== 0).map(({ TargetGroupArn }) => TargetGroupArn);
  const groups = [...new Set(targets.map(({ group }) => group))];
  return [
    ...(are.join() === should.join() ? [] : [`targets of ${one.service}: ${are.join()}; tasks: ${should.join()}`]),
    ...(groups.join() === served.join() ? [] : [`${one.service} is in ${groups.join()}, traffic in ${served.join()}`]),
  ];
}

const addressOf = ({ attachments = [] }: Task): string | undefined =>
  attachments.flatMap(({ details = [] }) => details).find(({ name }) => name === 'privateIPv4Address')?.value;

/** Asks again while Teal is away. */
export const begun = (ask: () => Promise<unknown>, isInTheWay: (name: string) => boolean): Promise<boolean> =>
  untilAnswered(ask).then(
    () => true,
    (cause: unknown) => {
      if (cause instanceof Error && isInTheWay(cause.name)) return false;
      throw cause;
    },
  );
