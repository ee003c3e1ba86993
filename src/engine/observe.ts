import { hookLogWanted } from './decide/hook-rule.ts';
import { type Observed, type Seen, seen } from './decide/observed.ts';
import type { Scaled } from './decide/scaled.ts';
import { type Deployment, type Instant, shiftsTraffic } from './deployment.ts';
import type { HookCalls } from './hook-calls.ts';
import { PortError, type Ports } from './ports.ts';

/** Looks at everything a deployment depends on. Faults of ports are part of what is seen. */
export async function observe(
  ports: Ports,
  deployment: Deployment,
  calls: HookCalls,
  askAlarms: boolean,
  { now, scaled }: { readonly now: Instant; readonly scaled: Scaled },
): Promise<Observed> {
  const { scope, release } = deployment;
  // Before the record is read again: an answer is stored first, and then its call is over.
  const calling = calls.running();
  const moves = shiftsTraffic(release);
  const { testListenerArn } = release;
  const hook = hookLogWanted(deployment, now, scaled);
  const [service, targetGroups, production, test, alarms, hookLog] = await Promise.all([
    look(() => ports.taskSets.describe(scope, release)),
    moves ? look(() => ports.traffic.targetGroups(scope, release.targetGroups)) : seen({}),
    moves ? look(() => ports.traffic.routes(scope, release.productionListenerArn)) : seen([]),
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
    calling,
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
