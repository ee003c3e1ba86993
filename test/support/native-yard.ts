import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ContinueServiceDeploymentCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceRequest,
  DeleteServiceCommand,
  type DeploymentConfiguration,
  type DeploymentLifecycleHook,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  type ServiceDeployment,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { DescribeRulesCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateFunctionCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { processContainer } from '../../src/cli/demo/sample-container.ts';
import { sendTraffic, type Traffic } from '../../src/cli/demo/traffic.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { elbStack, type ElbStack } from './elb-stack.ts';
import { eventually } from './eventually.ts';
import type { TestClients } from './aws.ts';

/** What a stage hook's function is told. */
export interface HookEvent {
  readonly executionId: string;
  readonly lifecycleStage: string;
  readonly resourceArn: string;
  readonly executionDetails: {
    readonly serviceArn: string;
    readonly targetServiceRevisionArn: string;
    readonly testTrafficWeights: Record<string, number>;
    readonly productionTrafficWeights: Record<string, number>;
  };
  readonly hookDetails?: unknown;
}

/** Notes what it is told, and answers as its details say: `answer`, once they have seen `rounds` calls. */
const HOOK = `
const { appendFileSync } = require('node:fs');
exports.handler = async (event) => {
  appendFileSync(process.env.NOTES, JSON.stringify(event) + '\\n');
  const { answer = 'SUCCEEDED', rounds = 0 } = event.hookDetails ?? {};
  if (rounds > 0) return { hookStatus: 'IN_PROGRESS', callBackDelay: 1, hookDetails: { rounds: rounds - 1 } };
  return { hookStatus: answer };
};`;

export const ROLE = 'arn:aws:iam::000000000000:role/ecs';

/** A service with its load balancer, two target groups and rules. */
export interface NativeService {
  readonly name: string;
  readonly url: string;
  readonly groups: readonly [blue: string, green: string];
  readonly production: string;
  readonly test: string;
  readonly balancers: NonNullable<CreateServiceRequest['loadBalancers']>;
}

interface Reached extends TestClients {
  readonly url: string;
  readonly account: string;
}

/** Services that shift traffic, on a Teal under test. */
export class NativeYard {
  readonly teal: Reached;
  readonly stack: ElbStack;
  private readonly notes: string;
  private readonly subnets: string[];

  private constructor(teal: Reached, stack: ElbStack, notes: string) {
    this.teal = teal;
    this.stack = stack;
    this.notes = notes;
    this.subnets = [...stack.subnets];
  }

  /** @param folder - for the notes of hooks */
  static async open(teal: Reached, folder: string): Promise<NativeYard> {
    const stack = await elbStack(teal, randomInt(20_000, 30_000));
    const yard = new NativeYard(teal, stack, join(folder, 'hook-notes'));
    await teal.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
    await teal.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'hook',
        Role: ROLE,
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Timeout: 60,
        Code: { ZipFile: zipSync({ 'index.js': strToU8(HOOK) }) },
        Environment: { Variables: { NOTES: yard.notes } },
      }),
    );
    await waitUntilFunctionActiveV2({ client: teal.lambda, maxWaitTime: 60, minDelay: 1 }, { FunctionName: 'hook' });
    return yard;
  }

  /** A hook that calls the function at some stages. */
  hook(lifecycleStages: NonNullable<DeploymentLifecycleHook['lifecycleStages']>, hookDetails?: object) {
    const hookTargetArn = `arn:aws:lambda:us-east-1:${this.teal.account}:function:hook`;
    return {
      hookTargetArn,
      roleArn: ROLE,
      lifecycleStages,
      ...(hookDetails && { hookDetails: { ...hookDetails } }),
    } satisfies DeploymentLifecycleHook;
  }

  /** What hooks were told of one deployment, the oldest first. */
  async told(arn: string | undefined): Promise<HookEvent[]> {
    const text = await readFile(this.notes, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as HookEvent).filter(({ resourceArn }) => resourceArn === arn);
  }

  async define(family: string, version: string, command?: string[]): Promise<string> {
    const container = processContainer(version, true);
    const { taskDefinition } = await this.teal.ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        networkMode: 'awsvpc',
        containerDefinitions: [command ? { ...container, command } : container],
      }),
    );
    return taskDefinition?.taskDefinitionArn ?? '';
  }

  /** The load balancer of a service: production by path, tests by a header. @param byDefault - the listener's own rule */
  async front(name: string, byDefault = false): Promise<NativeService> {
    const checks = { Port: 8080, HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5 };
    const [blue, green] = [await this.stack.group(checks), await this.stack.group(checks)];
    const toBlue = { Type: 'forward', TargetGroupArn: blue } as const;
    const listener = await this.stack.listener(await this.stack.balancer(), byDefault ? toBlue : undefined);
    const header = [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-test', Values: ['yes'] } }];
    const test = await this.stack.rule(listener, 1, header, [toBlue]);
    const paths = [{ Field: 'path-pattern', Values: ['*'] }];
    const production = byDefault
      ? await this.defaultRule(listener)
      : await this.stack.rule(listener, 2, paths, [toBlue]);
    const rules = { productionListenerRule: production, testListenerRule: test, roleArn: ROLE };
    return {
      name,
      url: `http://127.0.0.1:${await this.stack.boundPort(listener)}`,
      groups: [blue, green],
      production,
      test,
      balancers: [
        {
          targetGroupArn: blue,
          containerName: 'web',
          containerPort: 8080,
          advancedConfiguration: { alternateTargetGroupArn: green, ...rules },
        },
      ],
    };
  }

  private async defaultRule(listener: string): Promise<string> {
    const { Rules = [] } = await this.teal.elbv2.send(new DescribeRulesCommand({ ListenerArn: listener }));
    return Rules.find(({ IsDefault }) => IsDefault)?.RuleArn ?? '';
  }

  async create(
    { name, balancers }: Pick<NativeService, 'name' | 'balancers'>,
    deploymentConfiguration: DeploymentConfiguration,
    members: Partial<CreateServiceRequest> = {},
  ): Promise<Service> {
    const { service } = await this.teal.ecs.send(
      new CreateServiceCommand({
        cluster: 'shop',
        serviceName: name,
        taskDefinition: await this.define(name, 'v1'),
        desiredCount: 1,
        loadBalancers: balancers,
        networkConfiguration: { awsvpcConfiguration: { subnets: this.subnets } },
        deploymentConfiguration,
        ...members,
      }),
    );
    return service ?? {};
  }

  /** Releases a version. @returns the ARN of its service deployment */
  async release(
    { name }: Pick<NativeService, 'name'>,
    taskDefinition: string,
    deploymentConfiguration?: DeploymentConfiguration,
  ): Promise<string> {
    const { service } = await this.teal.ecs.send(
      new UpdateServiceCommand({
        cluster: 'shop',
        service: name,
        taskDefinition,
        ...(deploymentConfiguration && { deploymentConfiguration }),
      }),
    );
    return service?.currentServiceDeployment ?? '';
  }

  async deployment(arn: string | undefined): Promise<ServiceDeployment> {
    const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn ?? ''] });
    return (await this.teal.ecs.send(command)).serviceDeployments?.[0] ?? {};
  }

  /** The deployment once it is as asked. */
  until(what: string, arn: string | undefined, is: (one: ServiceDeployment) => boolean): Promise<ServiceDeployment> {
    let last: ServiceDeployment = {};
    return eventually(
      `${what} of ${arn}`,
      async () => {
        last = await this.deployment(arn);
        return is(last) ? last : undefined;
      },
      120_000,
    ).catch((cause: unknown) => {
      throw new Error(`${String(cause)}; it was ${JSON.stringify(last, null, 1)}`, { cause });
    });
  }

  reach(arn: string | undefined, status: string): Promise<ServiceDeployment> {
    return this.until(status, arn, (one) => one.status === status);
  }

  atStage(arn: string | undefined, stage: string): Promise<ServiceDeployment> {
    return this.until(stage, arn, ({ lifecycleStage }) => lifecycleStage === stage);
  }

  async stop(serviceDeploymentArn: string, stopType: 'ROLLBACK' | 'ABORT' = 'ROLLBACK'): Promise<void> {
    await this.teal.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType }));
  }

  async go(serviceDeploymentArn: string, hookId: string | undefined, action?: 'CONTINUE' | 'ROLLBACK'): Promise<void> {
    await this.teal.ecs.send(
      new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, ...(action && { action }) }),
    );
  }

  async describe({ name }: Pick<NativeService, 'name'>): Promise<Service> {
    const { services } = await this.teal.ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: [name] }));
    return services?.[0] ?? {};
  }

  /** What the service's events say, the oldest first. */
  async events(service: Pick<NativeService, 'name'>): Promise<string[]> {
    return ((await this.describe(service)).events ?? []).map(({ message }) => message ?? '').reverse();
  }

  /** Families and revisions of the tasks that are to run, such as `web:2`. */
  async running({ name }: Pick<NativeService, 'name'>): Promise<string[]> {
    const list = new ListTasksCommand({ cluster: 'shop', serviceName: name, desiredStatus: 'RUNNING' });
    const { taskArns = [] } = await this.teal.ecs.send(list);
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await this.teal.ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: taskArns }));
    return tasks.map(({ taskDefinitionArn = '' }) => taskDefinitionArn.slice(taskDefinitionArn.lastIndexOf('/') + 1));
  }

  /** The weights of a rule's forward, blue's first. */
  async weights({ groups }: NativeService, rule: string): Promise<(number | undefined)[]> {
    const { Rules } = await this.teal.elbv2.send(new DescribeRulesCommand({ RuleArns: [rule] }));
    const forward = Rules?.[0]?.Actions?.find(({ Type }) => Type === 'forward')?.ForwardConfig?.TargetGroups ?? [];
    return groups.map((group) => forward.find(({ TargetGroupArn }) => TargetGroupArn === group)?.Weight);
  }

  async groupArns(): Promise<string[]> {
    const { TargetGroups = [] } = await this.teal.elbv2.send(new DescribeTargetGroupsCommand({}));
    return TargetGroups.map(({ TargetGroupArn }) => TargetGroupArn ?? '');
  }

  traffic({ url }: NativeService): Traffic {
    return sendTraffic(url, 50, systemClock());
  }

  async remove({ name }: Pick<NativeService, 'name'>): Promise<void> {
    await this.teal.ecs.send(new DeleteServiceCommand({ cluster: 'shop', service: name, force: true }));
    await eventually(`${name} is gone`, async () =>
      (await this.describe({ name })).status === 'INACTIVE' ? true : undefined,
    );
  }
}

/** Whoever answered, with the header of tests. */
export async function versionForTests(url: string): Promise<string | null> {
  const answer = await fetch(url, { headers: { 'x-test': 'yes' } });
  await answer.arrayBuffer();
  return answer.headers.get('x-version');
}

export const failuresOf = (traffic: Traffic): (string | undefined)[] =>
  traffic.samples.map(({ failure }) => failure).filter((failure) => failure !== undefined);
