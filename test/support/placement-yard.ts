import {
  type ContainerInstance,
  DeleteServiceCommand,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  type PortMapping,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { ServiceYard } from './ecs-services.ts';
import { eventually } from './eventually.ts';

const SLEEP = ['/bin/sleep', '100000'];

/** A yard of services, and what tests of placement ask it; everything is in its cluster `shop` unless said. */
export class PlacementYard {
  readonly yard: ServiceYard;
  #ports = 18_000;
  #families = 0;

  private constructor(yard: ServiceYard) {
    this.yard = yard;
  }

  static async open(): Promise<PlacementYard> {
    return new PlacementYard(await ServiceYard.open());
  }

  close(): Promise<void> {
    return this.yard.close();
  }

  /** That no task has taken; nothing has to listen there. */
  port(): number {
    return ++this.#ports;
  }

  /** A definition whose tasks take these host ports. @returns its family */
  async define(
    portMappings: PortMapping[],
    more: Partial<RegisterTaskDefinitionCommandInput> = {},
    command = SLEEP,
  ): Promise<string> {
    const family = `kind-${++this.#families}`;
    const containerDefinitions = [{ name: 'app', image: 'app', memory: 64, command, portMappings }];
    await this.yard.teal.ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions, ...more }));
    return family;
  }

  run(taskDefinition: string, more: Partial<RunTaskCommandInput> = {}) {
    return this.yard.teal.ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition, ...more }));
  }

  /** Stops a task and waits until it has. */
  async stop(task: string | undefined): Promise<void> {
    await this.yard.teal.ecs.send(new StopTaskCommand({ cluster: 'shop', task }));
    await this.reach(task, 'STOPPED');
  }

  async reach(task = '', status: string): Promise<void> {
    await eventually(`${task} to be ${status}`, async () => {
      const command = new DescribeTasksCommand({ cluster: 'shop', tasks: [task] });
      return (await this.yard.teal.ecs.send(command)).tasks?.[0]?.lastStatus === status || undefined;
    });
  }

  remove(service: string) {
    return this.yard.teal.ecs.send(new DeleteServiceCommand({ cluster: 'shop', service, force: true }));
  }

  async instanceArn(cluster = 'shop'): Promise<string> {
    const { containerInstanceArns } = await this.yard.teal.ecs.send(new ListContainerInstancesCommand({ cluster }));
    return containerInstanceArns?.[0] ?? '';
  }

  async instance(cluster = 'shop'): Promise<ContainerInstance> {
    const containerInstances = [await this.instanceArn(cluster)];
    const command = new DescribeContainerInstancesCommand({ cluster, containerInstances, include: ['TAGS'] });
    return (await this.yard.teal.ecs.send(command)).containerInstances?.[0] ?? {};
  }

  /** What a service's events say of tasks that find no room. */
  async complaints(service: string): Promise<string[]> {
    return (await this.yard.events(service)).filter((message) => message.includes('was unable to place a task'));
  }

  /** The same, once there are some. */
  told(service: string): Promise<string[]> {
    return eventually(`${service}: news of placement`, async () => {
      const found = await this.complaints(service);
      return found.length > 0 ? found : undefined;
    });
  }
}

/** The last part of an ARN. */
export const idOf = (arn: string | undefined = ''): string => arn.slice(arn.lastIndexOf('/') + 1);

/** The event of a service, or a task set, whose tasks find no room. */
export const noRoom = (subject: string, instanceArn: string, why: string): string =>
  `(${subject}) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance ${idOf(instanceArn)}) ${why} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`;
