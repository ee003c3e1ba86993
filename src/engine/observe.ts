import { type Observed, type Seen, seen } from './decide/observed.ts';
import { type Deployment, shiftsTraffic } from './deployment.ts';
import type { HookCalls } from './hook-calls.ts';
import { PortError, type Ports } from './ports.ts';

/** Looks at everything a deployment depends on. Faults of ports are part of what is seen. */
export async function observe(
  ports: Ports,
  deployment: Deployment,
  calls: HookCalls,
  askAlarms: boolean,
): Promise<Observed> {
  const { scope, release } = deployment;
  // Before the record is read again: an answer is stored first, and then its call is over.
  const calling = calls.running();
  const moves = shiftsTraffic(release);
  const { testListenerArn } = release;
  const [service, targetGroups, production, test, alarms] = await Promise.all([
    look(() => ports.taskSets.describe(scope, release)),
    moves ? look(() => ports.traffic.targetGroups(scope, release.targetGroups)) : seen({}),
    moves ? look(() => ports.traffic.routes(scope, release.productionListenerArn)) : seen([]),
    testListenerArn === undefined ? undefined : look(() => ports.traffic.routes(scope, testListenerArn)),
    askAlarms ? look(() => ports.alarms.active(scope, release.alarms.names)) : undefined,
  ]);
  return { service, targetGroups, production, ...(test && { test }), ...(alarms && { alarms }), calling };
}

async function look<T>(ask: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { is: 'seen', value: await ask() };
  } catch (cause) {
    if (cause instanceof PortError) return { is: 'fault', fault: cause.fault, message: cause.message };
    throw cause;
  }
}
