import type { ContainerSpec, Endpoint } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { MARK } from './process-table.ts';

export const HOST = '127.0.0.1';

export interface EnvironmentOptions {
  readonly instance: string;
  readonly endpoint: string;
  /** The task's own folder; names the data folder to whoever looks at the process. */
  readonly folder: string;
}

/**
 * Builds a container's environment: its own variables, this machine's PATH and HOME, and where to listen.
 *
 * `PORT` is the port for its first tcp mapping; `PORT_<containerPort>` is there for every mapping of the whole task,
 * so that containers of one task find each other. Both win over the definition: its own port may be taken here.
 */
export function taskEnvironment(
  record: TaskRecord,
  container: ContainerSpec,
  options: EnvironmentOptions,
): Record<string, string> {
  const first = (record.endpoints?.[container.name] ?? []).find(({ protocol }) => protocol === 'tcp');
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: process.env['HOME'] ?? options.folder,
    AWS_ENDPOINT_URL: options.endpoint,
    ...aboutTask(record, container, options),
    ...container.environment,
    HOST,
    ...(first && { PORT: String(first.port) }),
    ...Object.fromEntries(
      Object.values(record.endpoints ?? {})
        .flat()
        .map(portVariable),
    ),
    [MARK]: `${options.instance}:${record.spec.taskId}:${container.name}`,
    TEAL_TASK_FOLDER: options.folder,
  };
}

/** Credentials are taken over plain HTTP from loopback. Source: AWS SDKs reference guide, container credentials. */
function aboutTask({ spec }: TaskRecord, { name }: ContainerSpec, { endpoint }: EnvironmentOptions) {
  const path = spec.paths?.metadata[name];
  const credentials = spec.paths?.credentials;
  return {
    ...(path !== undefined && {
      ECS_AGENT_URI: `${endpoint}${path.replace('/v4/', '/api/')}`,
      ECS_CONTAINER_METADATA_URI: `${endpoint}${path.replace('/v4/', '/v3/')}`,
      ECS_CONTAINER_METADATA_URI_V4: `${endpoint}${path}`,
    }),
    ...(credentials !== undefined && { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}${credentials}` }),
  };
}

const portVariable = ({ containerPort, port }: Endpoint): [string, string] => [`PORT_${containerPort}`, String(port)];
