import type { Action as ElbAction } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClients } from '../../aws/clients.ts';
import type { Objects } from '../../aws/objects.ts';
import type { Deployment } from '../../engine/deployment.ts';
import type { Clock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { Scope } from '../../kernel/scope.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { CallContext, Service } from '../../wire/types.ts';
import { createDeploymentsPort } from './deployments-port.ts';
import { codedeploy } from './index.ts';

export const SCOPE: Scope = { account: '123456789012', region: 'eu-west-1' };
const ELB = `arn:aws:elasticloadbalancing:${SCOPE.region}:${SCOPE.account}`;
const groupArnOf = (name: string): string => `${ELB}:targetgroup/${name}/0123456789abcdef`;
export const BLUE = groupArnOf('blue');
export const GREEN = groupArnOf('green');
export const ALB = `${ELB}:loadbalancer/app/lb/1111111111111111`;
export const PRODUCTION = `${ELB}:listener/app/lb/1111111111111111/2222222222222222`;
export const TEST = `${ELB}:listener/app/lb/1111111111111111/3333333333333333`;
export const NETWORK = `${ELB}:listener/net/nlb/4444444444444444/5555555555555555`;
export const RULE = `${ELB}:listener-rule/app/lb/1111111111111111/2222222222222222/6666666666666666`;

/** ECS and the load balancer as plain data that a test may change before it calls. */
export interface Surroundings {
  controller: string;
  serviceStatus: string;
  /** Target group names to the load balancers they hang on. */
  targetGroups: Record<string, string[]>;
  /** Listener ARNs to their load balancers. */
  listeners: Record<string, string>;
  /** Routes of the production listener: its default action under its own ARN, and rules. */
  actions: Record<string, ElbAction[]>;
  /** What was rewritten, in order. */
  rewritten: string[];
  refuseRewrite: boolean;
  /** Content by `bucket/key`; the eTag of each is `etag`. */
  objects: Record<string, string>;
  /** What others do while ECS is asked for a service. */
  meanwhile: () => Promise<unknown>;
}

const surroundings = (): Surroundings => ({
  controller: 'CODE_DEPLOY',
  serviceStatus: 'ACTIVE',
  targetGroups: { blue: [ALB], green: [], elsewhere: ['another-load-balancer'], stray: [], stray2: [] },
  listeners: { [PRODUCTION]: ALB, [TEST]: ALB, [NETWORK]: ALB, [`${PRODUCTION}x`]: 'another-load-balancer' },
  actions: {
    [PRODUCTION]: [{ Type: 'forward', TargetGroupArn: BLUE }],
    [RULE]: [{ Type: 'forward', TargetGroupArn: BLUE }],
  },
  rewritten: [],
  refuseRewrite: false,
  objects: {},
  meanwhile: async () => undefined,
});

export interface World extends Surroundings {
  readonly store: Store;
  readonly service: Service;
  /** How often the engine was woken. */
  wakes: number;
  /** What the engine does when it is woken. */
  onWake: () => void;
  now: number;
  call(operation: string, input?: object): Promise<Record<string, unknown>>;
  /** Changes a stored deployment as the engine would. */
  move(id: string, change: (current: Deployment) => Deployment): Promise<void>;
  close(): Promise<void>;
}

/** CodeDeploy on a store in memory, with stand-ins for all that it calls. */
export async function fakeWorld(): Promise<World> {
  const store = await openStore(':memory:');
  const clock: Clock = {
    timeScale: 1,
    now: () => new Date(world.now),
    scaled: (configured) => configured,
    sleep: () => new Promise((resolve) => void setImmediate(resolve)),
  };
  const engine = { start: () => Promise.resolve(), wake: () => wake(), close: () => Promise.resolve() };
  const service = codedeploy({
    store,
    clock,
    logger: silentLogger(),
    engine: () => engine,
    clients: clientsOf(() => world),
    objects: objectsOf(() => world),
  });
  const world: World = {
    ...surroundings(),
    store,
    service,
    wakes: 0,
    onWake: () => undefined,
    now: Date.UTC(2026, 7, 1),
    call: async (operation, input = {}) => (await action(service, operation)(input, context(operation))) ?? {},
    async move(id, change) {
      await createDeploymentsPort(store).change(SCOPE, id, (current) => ({ deployment: change(current) }));
    },
    close: () => store.close(),
  };
  const wake = () => {
    world.wakes += 1;
    world.onWake();
  };
  return world;
}

type Handler = (input: object, ctx: CallContext) => Promise<Record<string, unknown> | undefined>;

function action(service: Service, operation: string): Handler {
  const found = service.actions[operation];
  if (!found) throw new Error(`no action ${operation}`);
  return found as Handler;
}

const context = (operation: string): CallContext => ({
  ...SCOPE,
  service: 'codedeploy',
  operation,
  requestId: 'request',
  accessKeyId: undefined,
  principal: undefined,
  signal: new AbortController().signal,
});

const objectsOf = (world: () => Surroundings): Objects => ({
  async read(_scope, { bucket, key }) {
    const text = world().objects[`${bucket}/${key}`];
    if (text !== undefined) return { isRead: true, bytes: Buffer.from(text), etag: 'etag' };
    const message = 'The specified key does not exist.';
    return { isRead: false, code: 'NoSuchKey', message, status: 404, requestId: 'r' };
  },
});

function clientsOf(world: () => Surroundings): AwsClients {
  const client = (answers: Record<string, (input: never) => unknown>) => () => ({
    send: (command: { readonly constructor: { readonly name: string }; readonly input: unknown }) =>
      Promise.resolve().then(() => answers[command.constructor.name.replace(/Command$/, '')]?.(command.input as never)),
  });
  return {
    ecs: client({
      DescribeServices: (input: { services: string[] }) =>
        world()
          .meanwhile()
          .then(() => describeServices(world(), input)),
    }),
    elbv2: client(elbAnswers(world)),
    sns: client({ Publish: () => ({ MessageId: 'one' }) }),
  } as unknown as AwsClients;
}

const describeServices = (world: Surroundings, { services: [name] }: { services: string[] }) =>
  name === 'svc' || name === 'svc2'
    ? {
        services: [
          {
            status: world.serviceStatus,
            deploymentController: { type: world.controller },
            loadBalancers: [{ targetGroupArn: BLUE }],
            taskSets: [{ status: 'PRIMARY', loadBalancers: [{ targetGroupArn: BLUE }] }],
          },
        ],
      }
    : { services: [], failures: [{ reason: 'MISSING' }] };

const elbAnswers = (world: () => Surroundings) => ({
  DescribeTargetGroups({ Names: [name = ''] }: { Names: string[] }) {
    const LoadBalancerArns = world().targetGroups[name];
    if (!LoadBalancerArns) throw new Error('One or more target groups not found');
    return { TargetGroups: [{ TargetGroupArn: groupArnOf(name), LoadBalancerArns }] };
  },
  DescribeListeners({ ListenerArns: [arn = ''] }: { ListenerArns: string[] }) {
    const LoadBalancerArn = world().listeners[arn];
    if (!LoadBalancerArn) throw new Error('One or more listeners not found');
    return { Listeners: [{ LoadBalancerArn, DefaultActions: world().actions[arn] }] };
  },
  DescribeRules: () => ({
    Rules: [
      { RuleArn: 'the default rule', IsDefault: true, Actions: world().actions[PRODUCTION] },
      { RuleArn: RULE, IsDefault: false, Actions: world().actions[RULE] },
    ],
  }),
  ModifyListener: (input: { ListenerArn: string; DefaultActions: ElbAction[] }) =>
    rewrite(world(), input.ListenerArn, input.DefaultActions),
  ModifyRule: (input: { RuleArn: string; Actions: ElbAction[] }) => rewrite(world(), input.RuleArn, input.Actions),
});

function rewrite(world: Surroundings, arn: string, actions: ElbAction[]): object {
  if (world.refuseRewrite) throw new Error('The listener is locked');
  world.actions[arn] = actions;
  world.rewritten.push(arn);
  return {};
}
