import {
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  type DeploymentInfo,
  GetDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeRulesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { eventually } from './eventually.ts';
import { startTestTeal, type TestTeal } from './teal.ts';

export interface Stack {
  readonly name: string;
  readonly balancer: string;
  readonly production: string;
  readonly test: string;
  readonly rule: string;
  readonly blue: string;
  readonly green: string;
}

/** A forward by target group ARN. */
export const forward = (weights: Readonly<Record<string, number>>) => [
  {
    Type: 'forward' as const,
    ForwardConfig: {
      TargetGroups: Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
    },
  },
];

/** A Teal with services that can be deployed to and have no tasks: what is looked at here needs none. */
export class Shop {
  readonly teal: TestTeal;
  readonly #vpc: string;
  readonly #subnets: string[];
  #port: number;

  private constructor(teal: TestTeal, vpc: string, subnets: string[], port: number) {
    this.teal = teal;
    this.#vpc = vpc;
    this.#subnets = subnets;
    this.#port = port;
  }

  /** @param port - the first of the ports that its listeners ask for */
  static async open(port: number): Promise<Shop> {
    const teal = await startTestTeal();
    const { Subnets = [] } = await teal.ec2.send(new DescribeSubnetsCommand({}));
    await teal.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
    await teal.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web',
        networkMode: 'awsvpc',
        containerDefinitions: [
          { name: 'web', image: 'web', memory: 64, command: ['true'], portMappings: [{ containerPort: 8080 }] },
        ],
      }),
    );
    await teal.codedeploy.send(new CreateApplicationCommand({ applicationName: 'shop', computePlatform: 'ECS' }));
    const subnets = Subnets.flatMap((subnet) => subnet.SubnetId ?? []);
    return new Shop(teal, Subnets[0]?.VpcId ?? '', subnets, port);
  }

  close(): Promise<void> {
    return this.teal.close();
  }

  async createGroup(Name: string): Promise<string> {
    const { TargetGroups } = await this.teal.elbv2.send(
      new CreateTargetGroupCommand({ Name, TargetType: 'ip', Protocol: 'HTTP', Port: 80, VpcId: this.#vpc }),
    );
    return TargetGroups?.[0]?.TargetGroupArn ?? '';
  }

  async createBalancer(Name: string): Promise<string> {
    const command = new CreateLoadBalancerCommand({ Name, Subnets: this.#subnets });
    return (await this.teal.elbv2.send(command)).LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  }

  async listen(LoadBalancerArn: string, group: string): Promise<string> {
    const Port = (this.#port += 1);
    const DefaultActions = forward({ [group]: 1 });
    const { Listeners } = await this.teal.elbv2.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions }),
    );
    return Listeners?.[0]?.ListenerArn ?? '';
  }

  createService(serviceName: string, group: string, type: 'CODE_DEPLOY' | 'ECS' = 'CODE_DEPLOY') {
    return this.teal.ecs.send(
      new CreateServiceCommand({
        cluster: 'shop',
        serviceName,
        taskDefinition: 'web',
        desiredCount: 0,
        networkConfiguration: { awsvpcConfiguration: { subnets: this.#subnets } },
        deploymentController: { type },
        loadBalancers: [{ targetGroupArn: group, containerName: 'web', containerPort: 8080 }],
      }),
    );
  }

  /** A load balancer with a rule, a service behind it, and a deployment group that waits to be let on. */
  async build(name: string): Promise<Stack> {
    const balancer = await this.createBalancer(name);
    const [blue, green] = [await this.createGroup(`${name}-blue`), await this.createGroup(`${name}-green`)];
    const [production, test] = [await this.listen(balancer, blue), await this.listen(balancer, blue)];
    const { Rules } = await this.teal.elbv2.send(
      new CreateRuleCommand({
        ListenerArn: production,
        Priority: 10,
        Conditions: [{ Field: 'path-pattern', Values: ['/api/*'] }],
        Actions: forward({ [blue]: 1 }),
      }),
    );
    await this.createService(name, blue);
    const stack = { name, balancer, production, test, rule: Rules?.[0]?.RuleArn ?? '', blue, green };
    await this.#createDeploymentGroup(stack);
    return stack;
  }

  #createDeploymentGroup({ name, production, test }: Stack) {
    return this.teal.codedeploy.send(
      new CreateDeploymentGroupCommand({
        applicationName: 'shop',
        deploymentGroupName: name,
        serviceRoleArn: 'arn:aws:iam::123456789012:role/codedeploy',
        deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
        autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
        blueGreenDeploymentConfiguration: {
          deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 600 },
          terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE' },
        },
        ecsServices: [{ clusterName: 'shop', serviceName: name }],
        loadBalancerInfo: {
          targetGroupPairInfoList: [
            {
              targetGroups: [{ name: `${name}-blue` }, { name: `${name}-green` }],
              prodTrafficRoute: { listenerArns: [production] },
              testTrafficRoute: { listenerArns: [test] },
            },
          ],
        },
      }),
    );
  }

  /** @param Hooks - lifecycle events and the functions they wait for */
  async deploy({ name }: Stack, Hooks: readonly Readonly<Record<string, string>>[] = []): Promise<string> {
    const Properties = { TaskDefinition: 'web:1', LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } };
    const content = JSON.stringify({
      version: 0.0,
      Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }],
      ...(Hooks.length > 0 && { Hooks }),
    });
    const { deploymentId } = await this.teal.codedeploy.send(
      new CreateDeploymentCommand({
        applicationName: 'shop',
        deploymentGroupName: name,
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      }),
    );
    return deploymentId ?? '';
  }

  /** The deployment once it has one of the statuses. */
  reach(deploymentId: string, ...statuses: string[]): Promise<DeploymentInfo> {
    return eventually(`${statuses.join(' or ')} of ${deploymentId}`, async () => {
      const { deploymentInfo } = await this.teal.codedeploy.send(new GetDeploymentCommand({ deploymentId }));
      return deploymentInfo && statuses.includes(deploymentInfo.status ?? '') ? deploymentInfo : undefined;
    });
  }

  async taskSets({ name }: Stack) {
    const command = new DescribeServicesCommand({ cluster: 'shop', services: [name] });
    return (await this.teal.ecs.send(command)).services?.[0]?.taskSets ?? [];
  }

  /** Empty when the load balancer is gone. */
  async listeners({ balancer }: Stack) {
    const command = new DescribeListenersCommand({ LoadBalancerArn: balancer });
    return (await this.teal.elbv2.send(command).catch(() => undefined))?.Listeners ?? [];
  }

  /** All that a deployment could have created or changed. */
  async picture(stack: Stack): Promise<unknown> {
    const rules = new DescribeRulesCommand({ ListenerArn: stack.production });
    return {
      taskSets: (await this.taskSets(stack)).map((set) => [set.taskSetArn, set.status]),
      listeners: await this.listeners(stack),
      rules: (await this.teal.elbv2.send(rules).catch(() => undefined))?.Rules,
    };
  }
}
