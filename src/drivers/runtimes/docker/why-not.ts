import type { TaskSpec } from '../runtime.ts';

/** Log drivers that only the ECS agent has. */
const NOT_OF_DOCKER = ['awsfirelens'];

/** Says why no Engine can run a task, or `undefined`. */
export function whyNotOnDocker({ containers }: TaskSpec): string | undefined {
  const found = containers.find(({ log }) => log && NOT_OF_DOCKER.includes(log.driver));
  return found && `container '${found.name}' logs with '${found.log?.driver}', which Teal does not serve yet`;
}
