import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Balancer, BalancerName } from './balancers/balancer.ts';
import { BALANCERS } from './balancers/table.ts';
import type { Functions } from './functions/functions.ts';
import { FUNCTIONS } from './functions/table.ts';
import { dockerAnswers } from './runtimes/docker/docker-answers.ts';
import type { Runtime, RuntimeName } from './runtimes/runtime.ts';
import { RUNTIMES } from './runtimes/table.ts';

/** What does the work: one driver of each kind. */
export interface Drivers {
  readonly runtime: Runtime;
  readonly balancer: Balancer;
  readonly functions: Functions;
}

export interface DriverOptions {
  readonly runtime: RuntimeName;
  readonly balancer: BalancerName;
  /** A folder for each kind. */
  readonly folders: { readonly runtime: string; readonly balancer: string; readonly functions: string };
  readonly instance: string;
  readonly endpoint: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
}

/** Opens the chosen drivers: they take up what an earlier Teal left running. */
export async function openDrivers(options: DriverOptions): Promise<Drivers> {
  const { folders, instance, endpoint, clock, logger, onChange } = options;
  const balancer = await BALANCERS[options.balancer]({
    folder: folders.balancer,
    host: '127.0.0.1',
    onChange,
    note: (text) => logger.warn(text, { part: 'balancer' }),
  });
  const { version, lacks } = balancer.about;
  logger.info('traffic is carried', { part: 'balancer', version, ...(lacks.length > 0 && { lacks }) });
  try {
    const runtime = await RUNTIMES[options.runtime]({
      folder: folders.runtime,
      instance,
      endpoint,
      onChange,
      note: (text) => logger.warn(text, { part: 'runtime' }),
    });
    return {
      runtime,
      balancer,
      functions: FUNCTIONS.process({
        folder: folders.functions,
        instance,
        logger: logger.with({ part: 'functions' }),
        clock,
      }),
    };
  } catch (cause) {
    await balancer.close({ leaveRunning: true });
    throw cause;
  }
}

export async function closeDrivers({ functions, runtime, balancer }: Drivers, leaveRunning: boolean): Promise<void> {
  await functions.close();
  await runtime.close();
  await balancer.close({ leaveRunning });
}

/** Docker where an Engine answers, else processes; says which and why. */
export async function defaultRuntime(logger: Logger): Promise<RuntimeName> {
  const runtime: RuntimeName = (await dockerAnswers()) ? 'docker' : 'process';
  const event = runtime === 'docker' ? 'tasks run on Docker' : 'no Docker Engine answers: tasks run as processes';
  logger.info(event, { runtime });
  return runtime;
}
