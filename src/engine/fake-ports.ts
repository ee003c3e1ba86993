import type { Scope } from '../kernel/scope.ts';
import { type Deployment, isTerminal } from './deployment.ts';
import type { HookName } from './progress.ts';
import {
  type HookAnswer,
  type HookLog,
  PortError,
  type Ports,
  type Route,
  type ServiceView,
  type Settings,
  type TargetGroupView,
} from './ports.ts';
import { answerHook } from './requests.ts';
import { shareOf } from './decide/shares.ts';

export const SCOPE: Scope = { account: '000000000000', region: 'us-east-1' };
export const BLUE = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/blue/1';
export const GREEN = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/green/2';
const ELB = 'arn:aws:elasticloadbalancing:us-east-1:000000000000';
export const LOAD_BALANCER = `${ELB}:loadbalancer/app/web/1`;
export const PRODUCTION = `${ELB}:listener/app/web/1/production`;
export const TEST = `${ELB}:listener/app/web/1/test`;
export const RULE = `${ELB}:listener-rule/app/web/1/production/rule`;
export const TEST_RULE = `${ELB}:listener-rule/app/web/1/production/test`;
const HTTPS: Settings = { protocol: 'HTTPS', port: '443', 'default certificate': 'arn:first', 'SSL policy': 'old' };

type FakeTaskSet = { -readonly [K in keyof ServiceView['taskSets'][number]]: ServiceView['taskSets'][number][K] };
type PortName =
  | 'call'
  | 'notices'
  | 'describe'
  | 'create'
  | 'makePrimary'
  | 'remove'
  | 'routes'
  | 'shift'
  | 'invoke'
  | 'alarms'
  | 'log';

/** A whole world in memory that notes every harm done to it. */
export interface FakeWorld {
  readonly ports: Ports;
  readonly deployments: Map<string, Deployment>;
  readonly taskSets: FakeTaskSet[];
  readonly listeners: Record<string, Route[]>;
  readonly targetGroups: Record<string, TargetGroupView>;
  readonly service: { status: string; controller: string };
  /** What a hook's function does; `Succeeded` unless named. */
  readonly hooks: Partial<Record<HookName, 'Succeeded' | 'Failed' | 'silent'>>;
  readonly invocations: { readonly event: string; readonly executionId: string }[];
  /** What every function has printed. */
  log: HookLog | undefined;
  /** What functions of stage hooks answer, by ARN, one call after the other; SUCCEEDED when none is left, `silent` never. */
  readonly answers: Record<string, (HookAnswer | 'silent')[]>;
  readonly payloads: unknown[];
  readonly ringing: Set<string>;
  /** Thrown by the next call of a port, once each. */
  readonly faults: { readonly at: PortName; readonly error: Error }[];
  /** Whether new task sets become steady. */
  steady: boolean;
  readonly harms: string[];
  /** Every share of production that was set, in order. */
  readonly shares: number[];
  readonly statuses: string[];
  /** What wakes the engine. */
  ring(): void;
}

/** Blue is live on both listeners and on a rule; green is empty. */
export function fakeWorld(now: () => number): FakeWorld {
  const toBlue = { weights: { [BLUE]: 1 }, actions: { 'group stickiness': 'off', 'other actions': 'none' } };
  const forward = (arn: string): Route => ({ arn, isDefault: true, ...toBlue, listener: { ...HTTPS } });
  const rule: Route = { arn: RULE, isDefault: false, match: 'priority 1, path-pattern /api/*', ...toBlue };
  const world: FakeWorld = {
    deployments: new Map(),
    taskSets: [taskSet('original', BLUE, 'PRIMARY')],
    listeners: { [PRODUCTION]: [forward(PRODUCTION), rule], [TEST]: [forward(TEST)] },
    targetGroups: {
      blue: { arn: BLUE, loadBalancerArns: [LOAD_BALANCER] },
      green: { arn: GREEN, loadBalancerArns: [] },
    },
    service: { status: 'ACTIVE', controller: 'CODE_DEPLOY' },
    hooks: {},
    invocations: [],
    log: undefined,
    answers: {},
    payloads: [],
    ringing: new Set(),
    faults: [],
    steady: true,
    harms: [],
    shares: [],
    statuses: [],
    ring: () => undefined,
    get ports() {
      return ports;
    },
  };
  const ports = portsOf(world, now);
  return world;
}

function taskSet(
  name: string,
  targetGroupArn: string,
  status: FakeTaskSet['status'],
  externalId?: string,
): FakeTaskSet {
  return {
    id: `ecs-svc/${name}`,
    arn: `arn:task-set/${name}`,
    status,
    desiredCount: 2,
    pendingCount: 0,
    runningCount: 2,
    trafficWeight: 0,
    targetGroupName: targetGroupArn === BLUE ? 'blue' : 'green',
    targetGroupArn,
    isSteady: true,
    taskDefinition: `app:${name}`,
    ...(externalId !== undefined && { externalId }),
  };
}

function portsOf(world: FakeWorld, now: () => number): Ports {
  const trip = (at: PortName): void => {
    const index = world.faults.findIndex((fault) => fault.at === at);
    const [fault] = index < 0 ? [] : world.faults.splice(index, 1);
    if (fault) throw fault.error;
  };
  const find = (arn: string): FakeTaskSet => {
    const found = world.taskSets.find((set) => set.arn === arn);
    if (!found) throw new PortError('missing', `no task set ${arn}`);
    return found;
  };
  const change: Ports['deployments']['change'] = async (_scope, id, apply) => {
    const current = world.deployments.get(id);
    const result = current && apply(structuredClone(current));
    if (!result) return undefined;
    for (const changed of [result.deployment, ...(result.also ? [result.also] : [])])
      world.deployments.set(changed.id, JSON.parse(JSON.stringify(changed)) as Deployment);
    return result.deployment;
  };
  const answer = async (deploymentId: string, executionId: string, status: 'Succeeded' | 'Failed'): Promise<void> => {
    await change(SCOPE, deploymentId, (current) => {
      const answered = answerHook(current, executionId, status, now());
      return typeof answered === 'string' ? undefined : { deployment: answered };
    });
    world.ring();
  };
  return {
    deployments: {
      get: async (_scope, id) => structuredClone(world.deployments.get(id)),
      active: async () =>
        structuredClone([...world.deployments.values()].filter((each) => !isTerminal(each.status) || each.news)),
      change,
    },
    taskSets: {
      async describe() {
        trip('describe');
        const taskSets = structuredClone(world.taskSets);
        return { serviceArn: 'arn:service', clusterArn: 'arn:cluster', ...world.service, desiredCount: 2, taskSets };
      },
      async create(_scope, _release, _appSpec, targetGroupArn, deploymentId) {
        trip('create');
        const made = world.taskSets.find((set) => set.externalId === deploymentId && set.status !== 'DRAINING');
        if (made) return made.arn;
        const set = taskSet(`of-${deploymentId}`, targetGroupArn, 'ACTIVE', deploymentId);
        if (!world.steady) Object.assign(set, { isSteady: false, runningCount: 0, pendingCount: 2 });
        world.taskSets.push(set);
        return set.arn;
      },
      async makePrimary(_scope, _release, arn) {
        trip('makePrimary');
        const next = find(arn);
        for (const set of world.taskSets) if (set.status === 'PRIMARY') set.status = 'ACTIVE';
        next.status = 'PRIMARY';
      },
      async remove(_scope, _release, arn) {
        trip('remove');
        const set = world.taskSets.find((each) => each.arn === arn);
        if (!set || set.status === 'DRAINING') return;
        const routes = world.listeners[PRODUCTION] ?? world.listeners[RULE] ?? [];
        const live = routes.some((route) => shareOf(route, set.targetGroupArn) > 0);
        if (live) world.harms.push(`${set.id} was removed while it had traffic`);
        if (set.status === 'PRIMARY' && world.service.controller !== 'ECS')
          world.harms.push(`${set.id} was removed while it was PRIMARY`);
        Object.assign(set, { status: 'DRAINING', desiredCount: 0, runningCount: 0, isSteady: false });
        // Looked at again until its last task has stopped.
        if (world.service.controller === 'ECS') world.taskSets.splice(world.taskSets.indexOf(set), 1);
      },
    },
    traffic: {
      targetGroups: async () => structuredClone(world.targetGroups),
      async routes(_scope, listenerArn) {
        trip('routes');
        const routes = world.listeners[listenerArn];
        if (!routes) throw new PortError('missing', `The listener ${listenerArn} was not found`);
        return structuredClone(routes);
      },
      async shift(_scope, route, weights) {
        trip('shift');
        for (const [arn, weight] of Object.entries(weights)) {
          const serves = world.taskSets.some((set) => set.targetGroupArn === arn && set.status !== 'DRAINING');
          if (!Object.values(world.targetGroups).some((group) => group.arn === arn))
            throw new PortError('refused', `no target group ${arn}`);
          if (weight > 0 && !serves) world.harms.push(`traffic moved to ${arn}, which has no tasks`);
        }
        for (const routes of Object.values(world.listeners)) {
          const index = routes.findIndex((each) => each.arn === route.arn);
          if (index >= 0) routes[index] = { ...route, weights };
        }
        if (route.arn === (world.listeners[PRODUCTION] ? PRODUCTION : RULE)) world.shares.push(weights[GREEN] ?? 0);
      },
    },
    hooks: {
      async invoke(_scope, { target, deploymentId, executionId }) {
        trip('invoke');
        world.invocations.push({ event: target, executionId });
        const result = world.hooks[target as HookName] ?? 'Succeeded';
        if (result !== 'silent') await answer(deploymentId, executionId, result);
        return { requestId: `of-${executionId}` };
      },
      async log() {
        trip('log');
        return world.log;
      },
      async call(_scope, functionArn, payload, signal) {
        trip('call');
        world.payloads.push(payload);
        const answer = world.answers[functionArn]?.shift() ?? { status: 'SUCCEEDED' };
        if (answer !== 'silent') return answer;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
      },
    },
    alarms: {
      async active(_scope, names) {
        trip('alarms');
        return names.filter((name) => world.ringing.has(name));
      },
    },
    notices: {
      async statusChanged(deployment, status) {
        trip('notices');
        world.statuses.push(`${deployment.id} ${status}`);
      },
    },
  };
}

/** The same for a service of the ECS controller: blue serves the rules of production and tests. */
export function nativeWorld(world: FakeWorld): void {
  const [, rule] = world.listeners[PRODUCTION] ?? [];
  if (!rule) throw new Error('there is no rule');
  for (const arn of Object.keys(world.listeners)) delete world.listeners[arn];
  world.listeners[RULE] = [rule];
  world.listeners[TEST_RULE] = [{ ...rule, arn: TEST_RULE, match: 'priority 2, http-header x-test yes' }];
  world.service.controller = 'ECS';
}
