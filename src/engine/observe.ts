import { hookLogWanted } from './decide/hook-rule.ts';
import type { Observed, Seen } from './decide/observed.ts';
import type { Scaled } from './decide/scaled.ts';
import type { Deployment, Instant } from './deployment.ts';
import { PortError, type Ports } from './ports.ts';

/** Looks at everything a deployment depends on. Faults of ports are part of what is seen. */
export async function observe(
  ports: Ports,
  deployment: Deployment,
  askAlarms: boolean,
  { now, scaled }: { readonly now: Instant; readonly scaled: Scaled },
): Promise<Observed> {
  const { scope, release } = deployment;
  const { testListenerArn } = release;
  const hook = hookLogWanted(deployment, now, scaled);
  const [service, targetGroups, production, test, alarms, hookLog] = await Promise.all([
    look(() => ports.taskSets.describe(scope, release)),
    look(() => ports.traffic.targetGroups(scope, release.targetGroups)),
    look(() => ports.traffic.routes(scope, release.productionListenerArn)),
    testListenerArn === undefined ? undefined : look(() => ports.traffic.routes(scope, testListenerArn)),
    askAlarms ? look(() => ports.alarms.active(scope, release.alarms.names)) : undefined,
    hook && look(() => ports.hooks.log(scope, hook.functionName, hook.startedAt, hook.requestId)),
  ]);
  return {
    service,
    targetGroups,
    production,
    ...(test && { test }),
    ...(alarms && { alarms }),
    ...(hookLog && { hookLog }),
  };
}

async function look<T>(ask: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { is: 'seen', value: await ask() };
  } catch (cause) {
    if (cause instanceof PortError) return { is: 'fault', fault: cause.fault, message: cause.message };
    throw cause;
  }
}
