import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  type CreateDeploymentGroupCommandInput,
  type DeploymentInfo,
  GetDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { ModifyTargetGroupAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { elbStack, forwardTo } from './elb-stack.ts';
import { eventually } from './eventually.ts';
import { settled } from './functions.ts';
import type { TestTeal } from './teal.ts';

const EXAMPLES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'examples');
const ROLE = 'arn:aws:iam::000000000000:role/examples';
/** Containers start one after another, and machines may be slow. In milliseconds. */
export const PATIENT = 180_000;

/** Builds the images of all examples, as their readers do. */
export async function makeExampleImages(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(EXAMPLES, 'make-images.mjs')]);
}

/** What a release sets otherwise than the task definition in the folder: environment by container. */
export type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An example from its folder in `examples/`, on a Teal under test. */
export class Example {
  readonly name: string;
  readonly url: string;
  readonly testUrl: string;
  private readonly teal: TestTeal;

  private constructor(teal: TestTeal, name: string, urls: readonly [production: string, test: string]) {
    this.teal = teal;
    this.name = name;
    [this.url, this.testUrl] = urls;
  }

  /** Does what the example's README says until version 1 answers. */
  static async open(teal: TestTeal, name: string, settings: Settings): Promise<Example> {
    const stack = await elbStack(teal, randomInt(20_000, 30_000));
    const checks = { HealthCheckPath: '/health', HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5 };
    const group = async (Name: string): Promise<string> => {
      const TargetGroupArn = await stack.group({ Name, ...checks });
      const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }];
      await teal.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
      return TargetGroupArn;
    };
    const [blue] = [await group(`${name}-blue`), await group(`${name}-green`)];
    const balancer = await stack.balancer();
    const listeners = [
      await stack.listener(balancer, forwardTo(blue)),
      await stack.listener(balancer, forwardTo(blue)),
    ] as const;
    const url = async (arn: string) => `http://127.0.0.1:${await stack.boundPort(arn)}`;
    const example = new Example(teal, name, [await url(listeners[0]), await url(listeners[1])]);

    await teal.ecs.send(new CreateClusterCommand({ clusterName: 'examples' }));
    await example.register('v1', settings);
    const values = {
      '<SUBNET>': stack.subnets[0] ?? '',
      '<BLUE>': blue,
      '<ROLE>': ROLE,
      '<PRODUCTION_LISTENER>': listeners[0],
      '<TEST_LISTENER>': listeners[1],
    };
    const service = await example.input<CreateServiceCommandInput>('service.json', values);
    await teal.ecs.send(new CreateServiceCommand(service));
    await example.createCheck();
    await teal.codedeploy.send(new CreateApplicationCommand({ applicationName: name, computePlatform: 'ECS' }));
    const input = await example.input<CreateDeploymentGroupCommandInput>('deployment-group.json', values);
    await teal.codedeploy.send(new CreateDeploymentGroupCommand(input));
    await eventually(`the steady service ${name}`, () => example.isSteady(), PATIENT);
    return example;
  }

  private file(name: string): Promise<string> {
    return readFile(join(EXAMPLES, this.name, name), 'utf8');
  }

  private async input<T>(name: string, values: Readonly<Record<string, string>>): Promise<T> {
    const text = await this.file(name);
    return JSON.parse(text.replace(/<[A-Z_]+>/g, (key) => values[key] ?? key)) as T;
  }

  private async createCheck(): Promise<void> {
    const FunctionName = `${this.name}-check`;
    const source = await readFile(join(EXAMPLES, 'hook', 'index.mjs'));
    await this.teal.lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role: ROLE,
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Timeout: 60,
        Code: { ZipFile: zipSync({ 'index.mjs': strToU8(source.toString()) }) },
        Environment: { Variables: { CHECK_URL: this.testUrl } },
      }),
    );
    await settled(this.teal.lambda, FunctionName);
  }

  private async isSteady(): Promise<true | undefined> {
    const command = new DescribeServicesCommand({ cluster: 'examples', services: [this.name] });
    const service = (await this.teal.ecs.send(command)).services?.[0];
    return service?.taskSets?.[0]?.stabilityStatus === 'STEADY_STATE' ? true : undefined;
  }

  /** Registers the task definition with the images of a version. @returns its ARN */
  async register(version: string, settings: Settings): Promise<string> {
    const text = (await this.file('taskdef.json')).replaceAll(':v1"', `:${version}"`);
    const input = JSON.parse(text) as RegisterTaskDefinitionCommandInput;
    const containerDefinitions = input.containerDefinitions?.map((container) => {
      const own = Object.entries(settings[container.name ?? ''] ?? {}).map(([name, value]) => ({ name, value }));
      const kept = container.environment?.filter(({ name }) => !own.some((one) => one.name === name)) ?? [];
      return { ...container, environment: [...kept, ...own] };
    });
    const command = new RegisterTaskDefinitionCommand({ ...input, containerDefinitions });
    return (await this.teal.ecs.send(command)).taskDefinition?.taskDefinitionArn ?? '';
  }

  /** Releases a task definition by the example's AppSpec. @returns the deployment's id */
  async deploy(taskDefinition: string): Promise<string> {
    const content = (await this.file('appspec.yml')).replace('<TASK_DEFINITION>', taskDefinition);
    const { deploymentId } = await this.teal.codedeploy.send(
      new CreateDeploymentCommand({
        applicationName: this.name,
        deploymentGroupName: this.name,
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      }),
    );
    return deploymentId ?? '';
  }

  ended(deploymentId: string): Promise<DeploymentInfo> {
    return eventually(
      `the end of ${deploymentId}`,
      async () => {
        const { deploymentInfo } = await this.teal.codedeploy.send(new GetDeploymentCommand({ deploymentId }));
        const { status = '' } = deploymentInfo ?? {};
        return ['Succeeded', 'Failed', 'Stopped'].includes(status) ? deploymentInfo : undefined;
      },
      PATIENT,
    );
  }

  /** Waits until the example's log group has a line. @param filterPattern - of CloudWatch Logs */
  async logged(filterPattern: string): Promise<string> {
    const credentials = { accessKeyId: this.teal.account, secretAccessKey: 'any' };
    const logs = new CloudWatchLogsClient({ endpoint: this.teal.url, region: 'us-east-1', credentials });
    try {
      const command = new FilterLogEventsCommand({ logGroupName: `/examples/${this.name}`, filterPattern });
      return await eventually(
        `the line ${filterPattern}`,
        async () => (await logs.send(command)).events?.[0]?.logStreamName,
        PATIENT,
      );
    } finally {
      logs.destroy();
    }
  }
}
