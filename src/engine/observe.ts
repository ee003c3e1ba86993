import type { Observed, Seen } from './decide/observed.ts';
import type { Deployment } from './deployment.ts';
import { PortError, type Ports } from './ports.ts';

/** Looks at everything a deployment depends on. Faults of ports are part of what is seen. */
export async function observe(ports: Ports, deployment: Deployment, askAlarms: boolean): Promise<Observed> {
  const { scope, release } = deployment;
  const { testListenerArn } = release;
  const [service, targetGroups, production, test, alarms] = await Promise.all([
    look(() => ports.taskSets.describe(scope, release)),
    look(() => ports.traffic.targetGroups(scope, release.targetGroups)),
    look(() => ports.traffic.routes(scope, release.productionListenerArn)),
    testListenerArn === undefined ? undefined : look(() => ports.traffic.routes(scope, testListenerArn)),
    askAlarms ? look(() => ports.alarms.active(scope, release.alarms.names)) : undefined,
  ]);
  return { service, targetGroups, production, ...(test && { test }), ...(alarms && { alarms }) };
}

async function look<T>(ask: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { is: 'seen', value: await ask() };
  } catch (cause) {
    if (cause instanceof PortError) return { is: 'fault', fault: cause.fault, message: cause.message };
    throw cause;
  }
}
