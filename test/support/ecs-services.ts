import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceRequest,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type Service,
  type ServiceDeployment,
  type Task,
  UpdateServiceCommand,
  type UpdateServiceRequest,
} from '@aws-sdk/client-ecs';
import { eventually } from './eventually.ts';
import { startTestTeal, type TestTeal } from './teal.ts';

/** A program that runs until it is told to end, and costs next to nothing. */
const SLEEP = ['/bin/sleep', '100000'];

/** A Teal with a cluster `shop`, and the few things that tests of services ask it. */
export class ServiceYard {
  readonly teal: TestTeal;

  private constructor(teal: TestTeal) {
    this.teal = teal;
  }

  /** `good:1` and `good:2` run, `broken:1` cannot start. */
  static async open(options: Parameters<typeof startTestTeal>[0] = {}): Promise<ServiceYard> {
    const yard = new ServiceYard(await startTestTeal(options));
    await yard.teal.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
    await yard.register('good', SLEEP);
    await yard.register('good', SLEEP);
    await yard.register('broken', ['/nowhere/to/be/found']);
    return yard;
  }

  close(): Promise<void> {
    return this.teal.close();
  }

  register(family: string, command: string[]) {
    return this.teal.ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        containerDefinitions: [{ name: 'app', image: 'app:1', memory: 64, command }],
        tags: [{ key: 'from', value: 'definition' }],
      }),
    );
  }

  async create(serviceName: string, members: Partial<CreateServiceRequest> = {}): Promise<Service> {
    const { service } = await this.teal.ecs.send(
      new CreateServiceCommand({ cluster: 'shop', serviceName, taskDefinition: 'good:1', desiredCount: 1, ...members }),
    );
    return service ?? {};
  }

  async update(service: string, members: Partial<UpdateServiceRequest>): Promise<Service> {
    const answer = await this.teal.ecs.send(new UpdateServiceCommand({ cluster: 'shop', service, ...members }));
    return answer.service ?? {};
  }

  async describe(name: string): Promise<Service> {
    const command = new DescribeServicesCommand({ cluster: 'shop', services: [name], include: ['TAGS'] });
    return (await this.teal.ecs.send(command)).services?.[0] ?? {};
  }

  /** The service once it is as asked. */
  until(what: string, name: string, is: (service: Service) => boolean | undefined): Promise<Service> {
    return eventually(`${name}: ${what}`, async () => {
      const found = await this.describe(name);
      return is(found) ? found : undefined;
    });
  }

  /** The service once its newest deployment is completed and alone. */
  completed(name: string): Promise<Service> {
    return this.until('a completed deployment', name, ({ deployments = [] }) => {
      const [first, ...others] = deployments;
      return others.length === 0 && first?.rolloutState === 'COMPLETED';
    });
  }

  async deployment(arn: string | undefined): Promise<ServiceDeployment> {
    const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn ?? ''] });
    return (await this.teal.ecs.send(command)).serviceDeployments?.[0] ?? {};
  }

  /** The service deployment once it has the status. */
  reach(arn: string | undefined, status: string): Promise<ServiceDeployment> {
    return eventually(`${status} of ${arn}`, async () => {
      const found = await this.deployment(arn);
      return found.status === status ? found : undefined;
    });
  }

  async tasks(serviceName: string, desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING'): Promise<Task[]> {
    const { taskArns = [] } = await this.teal.ecs.send(
      new ListTasksCommand({ cluster: 'shop', serviceName, desiredStatus }),
    );
    if (taskArns.length === 0) return [];
    const command = new DescribeTasksCommand({ cluster: 'shop', tasks: taskArns, include: ['TAGS'] });
    return (await this.teal.ecs.send(command)).tasks ?? [];
  }

  /** What the service's events say, the oldest first. */
  async events(name: string): Promise<string[]> {
    const { events = [] } = await this.describe(name);
    return events.map(({ message }) => message ?? '').reverse();
  }
}
