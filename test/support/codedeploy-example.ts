import { randomInt } from 'node:crypto';
import {
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  type CreateDeploymentGroupCommandInput,
  type DeploymentInfo,
  GetDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DescribeServicesCommand,
} from '@aws-sdk/client-ecs';
import { elbStack, forwardTo } from './elb-stack.ts';
import { eventually } from './eventually.ts';
import {
  createCheck,
  createExampleGroup,
  exampleInput,
  exampleText,
  PATIENT,
  registerExample,
  ROLE,
  type Settings,
} from './example-files.ts';
import type { TestTeal } from './teal.ts';

/** An example from its folder in `examples/`, released with CodeDeploy on a Teal under test. */
export class CodeDeployExample {
  readonly url: string;
  private readonly teal: TestTeal;
  private readonly name: string;

  private constructor(teal: TestTeal, name: string, url: string) {
    this.teal = teal;
    this.name = name;
    this.url = url;
  }

  /** Does what the example's README says until version 1 answers. */
  static async open(teal: TestTeal, name: string, settings: Settings): Promise<CodeDeployExample> {
    const stack = await elbStack(teal, randomInt(20_000, 30_000));
    const BLUE = await createExampleGroup(teal, stack, `${name}-blue`);
    await createExampleGroup(teal, stack, `${name}-green`);
    const balancer = await stack.balancer();
    const PRODUCTION_LISTENER = await stack.listener(balancer, forwardTo(BLUE));
    const TEST_LISTENER = await stack.listener(balancer, forwardTo(BLUE));
    const urlOf = async (arn: string) => `http://127.0.0.1:${await stack.boundPort(arn)}`;
    const values = { SUBNET: stack.subnets[0] ?? '', BLUE, ROLE, PRODUCTION_LISTENER, TEST_LISTENER };

    await teal.ecs.send(new CreateClusterCommand({ clusterName: 'examples' }));
    await registerExample(teal, name, 'v1', settings);
    const service = await exampleInput<CreateServiceCommandInput>(name, 'service.json', values);
    await teal.ecs.send(new CreateServiceCommand(service));
    await createCheck(teal, `${name}-check`, await urlOf(TEST_LISTENER));
    await teal.codedeploy.send(new CreateApplicationCommand({ applicationName: name, computePlatform: 'ECS' }));
    const group = await exampleInput<CreateDeploymentGroupCommandInput>(name, 'deployment-group.json', values);
    await teal.codedeploy.send(new CreateDeploymentGroupCommand(group));
    const example = new CodeDeployExample(teal, name, await urlOf(PRODUCTION_LISTENER));
    await eventually(`the steady service ${name}`, () => example.isSteady(), PATIENT);
    return example;
  }

  private async isSteady(): Promise<true | undefined> {
    const command = new DescribeServicesCommand({ cluster: 'examples', services: [this.name] });
    const service = (await this.teal.ecs.send(command)).services?.[0];
    return service?.taskSets?.[0]?.stabilityStatus === 'STEADY_STATE' ? true : undefined;
  }

  /** Releases version 2 by the example's AppSpec. @returns the deployment once it has ended */
  async release(settings: Settings): Promise<DeploymentInfo> {
    const taskDefinition = await registerExample(this.teal, this.name, 'v2', settings);
    const content = (await exampleText(this.name, 'appspec.yml')).replace('<TASK_DEFINITION>', taskDefinition);
    const { deploymentId = '' } = await this.teal.codedeploy.send(
      new CreateDeploymentCommand({
        applicationName: this.name,
        deploymentGroupName: this.name,
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      }),
    );
    return this.ended(deploymentId);
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
}
