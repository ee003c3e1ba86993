import type { Cause } from '../loop/decide-deployment.ts';

interface Words {
  /** Behind `deployment failed: ` in the service's events. */
  readonly event: string;
  /** Before what is done about it, as in rolloutStateReason. */
  readonly subject: string;
  readonly rollout: string;
  /** To EventBridge. */
  readonly news: string;
}

/** Source: spec, §5.2, §8.2 and §8.4; those from `alarm` on are assumed. */
const WORDS: Readonly<Record<Cause, Words>> = {
  'circuit-breaker': {
    event: 'tasks failed to start',
    subject: 'ECS deployment circuit breaker',
    rollout: 'ECS deployment circuit breaker: tasks failed to start.',
    news: 'ECS deployment circuit breaker: task failed to start.',
  },
  alarm: {
    event: 'alarm detected',
    subject: 'ECS deployment alarm',
    rollout: 'ECS deployment failed: alarm detected.',
    news: 'ECS deployment failed: alarm detected.',
  },
  hook: {
    event: 'lifecycle hook failed',
    subject: 'ECS deployment lifecycle hook',
    rollout: 'ECS deployment failed: lifecycle hook failed.',
    news: 'ECS deployment failed: lifecycle hook failed.',
  },
  traffic: {
    event: 'traffic could not be shifted',
    subject: 'ECS deployment failed',
    rollout: 'ECS deployment failed: traffic could not be shifted.',
    news: 'ECS deployment failed: traffic could not be shifted.',
  },
  timeout: {
    event: 'deployment timed out',
    subject: 'ECS deployment timed out',
    rollout: 'ECS deployment failed: deployment timed out.',
    news: 'ECS deployment failed: deployment timed out.',
  },
  stopped: {
    event: 'deployment stopped',
    subject: 'ECS deployment stopped',
    rollout: 'ECS deployment failed: deployment stopped.',
    news: 'ECS deployment failed: deployment stopped.',
  },
};

export const failureWords = (cause: Cause): Words => WORDS[cause];

export const rollingBackReason = (cause: Cause, setId: string): string =>
  `${WORDS[cause].subject}: rolling back to deploymentId ${setId}.`;

/** What EventBridge is told of a set that has failed, by what DescribeServices says of it. */
export const newsOf = (rolloutReason: string): string =>
  Object.values(WORDS).find(({ rollout }) => rollout === rolloutReason)?.news ?? rolloutReason;
