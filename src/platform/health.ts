import type { Runtime } from '../drivers/runtimes/runtime.ts';
import type { Platform } from './platform.ts';

/** What `/_teal/health` shows of the platform's parts. */
export async function healthOfParts({ drivers, services, engines }: Platform): Promise<Record<string, unknown>> {
  const { runtime, balancer, functions } = drivers;
  return {
    store: { engine: 'sqlite' },
    runtime: { name: runtime.name, ...(await describeTasks(runtime)) },
    balancer: { name: balancer.name, ...(await services.balancing.describeHealth()) },
    functions: { name: functions.name },
    engine: {
      activeDeployments:
        (await engines.codedeploy.deployments.active()).length + (await engines.ecs.deployments.active()).length,
    },
  };
}

/** How many tasks the runtime holds, or why it does not tell. */
const describeTasks = (runtime: Runtime): Promise<{ readonly tasks: number } | { readonly problem: string }> =>
  runtime.observe().then(
    ({ length }) => ({ tasks: length }),
    (cause: unknown) => ({ problem: cause instanceof Error ? cause.message : String(cause) }),
  );
