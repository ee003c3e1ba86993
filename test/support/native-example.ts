import { randomInt } from 'node:crypto';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DescribeServiceDeploymentsCommand,
  type ServiceDeployment,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { elbStack, forwardTo } from './elb-stack.ts';
import { eventually } from './eventually.ts';
import {
  createCheck,
  createExampleGroup,
  exampleInput,
  PATIENT,
  registerExample,
  ROLE,
  type Settings,
} from './example-files.ts';
import type { TestTeal } from './teal.ts';

/** An example from its folder in `examples/`, released with ECS alone on a Teal under test. */
export class NativeExample {
  readonly url: string;
  private readonly teal: TestTeal;
  private readonly name: string;

  private constructor(teal: TestTeal, name: string, url: string) {
    this.teal = teal;
    this.name = name;
    this.url = url;
  }

  /** Does what the example's README says until version 1 answers. */
  static async open(teal: TestTeal, name: string, settings: Settings): Promise<NativeExample> {
    const stack = await elbStack(teal, randomInt(30_000, 32_000));
    const BLUE = await createExampleGroup(teal, stack, `${name}-nb`);
    const GREEN = await createExampleGroup(teal, stack, `${name}-ng`);
    const listener = await stack.listener(await stack.balancer());
    const header = { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-test', Values: ['yes'] } };
    const everything = { Field: 'path-pattern', Values: ['*'] };
    const TEST_RULE = await stack.rule(listener, 1, [header], [forwardTo(BLUE)]);
    const PRODUCTION_RULE = await stack.rule(listener, 2, [everything], [forwardTo(BLUE)]);
    const url = `http://127.0.0.1:${await stack.boundPort(listener)}`;
    const CHECK = await createCheck(teal, `${name}-native-check`, url);
    const values = { SUBNET: stack.subnets[0] ?? '', BLUE, GREEN, ROLE, CHECK, TEST_RULE, PRODUCTION_RULE };

    await teal.ecs.send(new CreateClusterCommand({ clusterName: 'examples' }));
    await registerExample(teal, name, 'v1', settings);
    const input = await exampleInput<CreateServiceCommandInput>(name, 'service-native.json', values);
    const { service } = await teal.ecs.send(new CreateServiceCommand(input));
    const example = new NativeExample(teal, name, url);
    const first = await example.ended(service?.currentServiceDeployment ?? '');
    if (first.status !== 'SUCCESSFUL') throw new Error(`version 1 came to ${JSON.stringify(first)}`);
    return example;
  }

  /** Releases version 2. @returns the service deployment once it has ended */
  async release(settings: Settings): Promise<ServiceDeployment> {
    const taskDefinition = await registerExample(this.teal, this.name, 'v2', settings);
    const { service } = await this.teal.ecs.send(
      new UpdateServiceCommand({ cluster: 'examples', service: `${this.name}-native`, taskDefinition }),
    );
    return this.ended(service?.currentServiceDeployment ?? '');
  }

  private ended(arn: string): Promise<ServiceDeployment> {
    const over = ['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'];
    return eventually(
      `the end of ${arn}`,
      async () => {
        const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] });
        const found = (await this.teal.ecs.send(command)).serviceDeployments?.[0];
        return found && over.includes(found.status ?? '') ? found : undefined;
      },
      PATIENT,
    );
  }
}
