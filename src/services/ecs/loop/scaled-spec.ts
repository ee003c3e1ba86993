import type { ContainerSpec, TaskSpec } from '../../../drivers/runtimes/runtime.ts';
import type { Clock } from '../../../kernel/clock.ts';

/**
 * A task with its configured waits as the time scale has them. How long a check may take, a container may take to start
 * and to stop is the program's own business and stays real.
 */
export const scaledSpec = (spec: TaskSpec, clock: Clock): TaskSpec => ({
  ...spec,
  containers: spec.containers.map((container) => scaled(container, clock)),
});

function scaled({ healthCheck, restart, ...rest }: ContainerSpec, clock: Clock): ContainerSpec {
  return {
    ...rest,
    ...(healthCheck && {
      healthCheck: {
        ...healthCheck,
        interval: clock.scaled(healthCheck.interval),
        startPeriod: clock.scaled(healthCheck.startPeriod),
      },
    }),
    ...(restart && { restart: { ...restart, attemptPeriod: clock.scaled(restart.attemptPeriod) } }),
  };
}
