import {
  ContinueDeploymentCommand,
  CreateDeploymentCommand,
  type DeploymentInfo,
  GetDeploymentCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import { ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from './eventually.ts';
import type { Load } from './load.ts';
import type { Seeded } from '../../test/wire/seeded.ts';
import { taskPids } from './tasks.ts';
import { placeOf, registerTask, type Service, setWaits, settleByHand, steady, taskSets, type World } from './world.ts';

/** One service, and what its deployments are tried with. */
export interface Bench {
  readonly world: World;
  readonly service: Service;
  readonly load: Load;
  readonly random: Seeded;
  /** Teal's data folder. */
  readonly data: string;
}

const HOOKS = [
  'BeforeInstall',
  'AfterInstall',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
] as const;
const CONFIGS = ['CodeDeployDefault.ECSAllAtOnce', 'canary', 'linear'] as const;

/** What may happen to a deployment, how often of a hundred, and how it may end. */
export const KINDS = {
  'nothing happens': { share: 36, run: undisturbed, ends: ['Succeeded'] },
  'a hook fails': { share: 12, run: failingHook, ends: ['Failed, rolled back', 'Failed'] },
  'stopped, rolled back': { share: 12, run: stopped(true), ends: ['Stopped, rolled back', 'Succeeded'] },
  'stopped as it is': { share: 6, run: stopped(false), ends: ['Stopped', 'Succeeded'] },
  'never healthy, stopped': { share: 8, run: neverHealthy, ends: ['Stopped, rolled back', 'Stopped'] },
  'a green task killed': { share: 11, run: greenKilled, ends: ['Succeeded'] },
  'a blue task killed': { share: 9, run: blueKilled, ends: ['Succeeded'] },
  'weights changed by hand': { share: 6, run: driven, ends: ['Failed, rolled back', 'Succeeded'] },
} as const;
export type Kind = keyof typeof KINDS;

export function pickKind(random: Seeded): Kind {
  let left = random.next() * 100;
  for (const [kind, { share }] of Object.entries(KINDS)) if ((left -= share) < 0) return kind as Kind;
  return 'nothing happens';
}

/** Runs one deployment with its fault to the end of it and of its rollback. @returns how it ended, in words */
export async function deploy(bench: Bench, kind: Kind, version: string): Promise<string> {
  const id = await KINDS[kind].run(bench, version);
  const first = await ending(bench, id);
  const rollbackId = first.rollbackInfo?.rollbackDeploymentId;
  const second = rollbackId === undefined ? undefined : await ending(bench, rollbackId);
  await steady(bench.world.clients, bench.service);
  if (first.status !== 'Succeeded' && !second) await settleByHand(bench.world, bench.service);
  const { ends }: { readonly ends: readonly string[] } = KINDS[kind];
  const how = second
    ? `${first.status}, ${second.status === 'Succeeded' ? 'rolled back' : 'rollback failed'}`
    : first.status;
  if (ends.includes(how ?? '')) return how ?? '';
  const why = [first, second].flatMap((each) => each?.errorInformation?.message ?? []).join(' / ');
  return `${how} (${why})`;
}

interface Plan {
  readonly config?: (typeof CONFIGS)[number];
  readonly broken?: boolean;
  /** Event to function. */
  readonly hooks?: Readonly<Record<string, 'pass' | 'fail'>>;
  readonly ready?: boolean;
  readonly terminationMinutes?: number;
}

async function start({ world, service, random }: Bench, version: string, plan: Plan = {}): Promise<string> {
  const { config = random.pick(CONFIGS), broken = false, hooks = {} } = plan;
  await setWaits(world, service, plan);
  const TaskDefinition = await registerTask(world.clients, service.name, version, broken);
  const LoadBalancerInfo = { ContainerName: 'web', ContainerPort: 8080 };
  const content = JSON.stringify({
    version: 0.0,
    Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition, LoadBalancerInfo } } }],
    Hooks: Object.entries(hooks).map(([event, name]) => ({ [event]: name })),
  });
  const { deploymentId } = await world.clients.codedeploy.send(
    new CreateDeploymentCommand({
      ...placeOf(service),
      deploymentConfigName: config,
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
    }),
  );
  return deploymentId ?? '';
}

async function undisturbed(bench: Bench, version: string): Promise<string> {
  const hook = bench.random.pick(HOOKS);
  const terminationMinutes = bench.random.pick([0, 0, 1]);
  return start(bench, version, { terminationMinutes, hooks: bench.random.next() < 0.3 ? { [hook]: 'pass' } : {} });
}

async function failingHook(bench: Bench, version: string): Promise<string> {
  return start(bench, version, { hooks: { [bench.random.pick(HOOKS)]: 'fail' }, terminationMinutes: 1 });
}

function stopped(autoRollbackEnabled: boolean) {
  return async (bench: Bench, version: string): Promise<string> => {
    const id = await start(bench, version, { config: bench.random.pick(['canary', 'linear']), terminationMinutes: 1 });
    await pause(bench.random.next() * 3000);
    await stop(bench, id, autoRollbackEnabled);
    return id;
  };
}

async function neverHealthy(bench: Bench, version: string): Promise<string> {
  const id = await start(bench, version, { broken: true });
  await eventually('a broken task', () => taskPids(bench.data, bench.service.name, version).length > 0 || undefined);
  await pause(bench.random.next() * 1000);
  await stop(bench, id, bench.random.next() < 0.7);
  return id;
}

/** While the deployment is Ready: green serves nothing yet, and is whole again before it is let on. */
async function greenKilled(bench: Bench, version: string): Promise<string> {
  const id = await start(bench, version, { ready: true });
  await reach(bench, id, (info) => info.status === 'Ready');
  const killed = kill(bench, version);
  // In this order: once the new task runs, its loss is on record, and steady means that it is healthy.
  await eventually('the killed task to be replaced', () => {
    const running = taskPids(bench.data, bench.service.name, version).filter((each) => each !== killed);
    return running.length >= bench.service.tasks || undefined;
  });
  await eventually('both task sets to be steady', async () => {
    const sets = await taskSets(bench.world.clients, bench.service);
    return (sets.length === 2 && sets.every((set) => set.stabilityStatus === 'STEADY_STATE')) || undefined;
  });
  await go(bench, id, 'READY_WAIT');
  return id;
}

/** While blue waits for its end, and when what it was asked before the shift is answered. */
async function blueKilled(bench: Bench, version: string): Promise<string> {
  const before = await versionOf(bench);
  const id = await start(bench, version, { terminationMinutes: 600 });
  const info = await reach(bench, id, (each) => each.instanceTerminationWaitTimeStarted === true);
  if (info.status !== 'InProgress') return id;
  await bench.load.settled();
  kill(bench, before);
  await go(bench, id, 'TERMINATION_WAIT');
  return id;
}

async function driven(bench: Bench, version: string): Promise<string> {
  const id = await start(bench, version, { config: 'canary', terminationMinutes: 600, ready: true });
  await reach(bench, id, (info) => info.status === 'Ready');
  const { listenerArn, groups } = bench.service;
  const TargetGroups = groups.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 50 }));
  await bench.world.clients.elbv2.send(
    new ModifyListenerCommand({
      ListenerArn: listenerArn,
      DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
    }),
  );
  return id;
}

function kill({ data, service }: Bench, version: string): number {
  const [pid] = taskPids(data, service.name, version);
  if (pid === undefined) throw new Error(`${service.name} has no task of ${version} to kill`);
  process.kill(pid, 'SIGKILL');
  return pid;
}

/** The version that serves now. */
async function versionOf({ service }: Bench): Promise<string> {
  const answer = await fetch(service.productionUrl);
  await answer.arrayBuffer();
  return answer.headers.get('x-version') ?? '';
}

const stop = ({ world }: Bench, deploymentId: string, autoRollbackEnabled: boolean) =>
  unlessOver(world.clients.codedeploy.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled })));

const go = ({ world }: Bench, deploymentId: string, deploymentWaitType: 'READY_WAIT' | 'TERMINATION_WAIT') =>
  world.clients.codedeploy.send(new ContinueDeploymentCommand({ deploymentId, deploymentWaitType }));

/** A stop may come too late; that is one of the things that happen. */
async function unlessOver(answer: Promise<unknown>): Promise<void> {
  await answer.catch((cause: unknown) => {
    if (!(cause instanceof Error && cause.name === 'DeploymentAlreadyCompletedException')) throw cause;
  });
}

const ending = (bench: Bench, id: string): Promise<DeploymentInfo> => reach(bench, id, () => false);

/** The deployment once the condition holds or it is over. */
function reach({ world }: Bench, deploymentId: string, holds: (info: DeploymentInfo) => boolean) {
  return eventually(`deployment ${deploymentId}`, async () => {
    const { deploymentInfo } = await world.clients.codedeploy.send(new GetDeploymentCommand({ deploymentId }));
    const over = ['Succeeded', 'Failed', 'Stopped'].includes(deploymentInfo?.status ?? '');
    return deploymentInfo && (over || holds(deploymentInfo)) ? deploymentInfo : undefined;
  });
}
