import type { EcsDeps } from '../deps.ts';
import { tasks } from '../records/task.ts';
import { roleCredentials } from './credentials.ts';
import { describeContainer, describeTask, tagsAround } from './describe.ts';
import { placeOf } from './paths.ts';
import { answerProtection } from './protection.ts';

export interface TaskQuestion {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  /** Of a PUT. */
  readonly body: string;
}

export interface TaskAnswer {
  readonly status: number;
  readonly body: unknown;
}

const METADATA = /^\/v[34]\/([^/]+)(\/task|\/taskWithTags|\/stats|\/task\/stats)?\/?$/;
const CREDENTIALS = /^\/v2\/credentials\/([^/]+)$/;

const PROTECTION = /^\/api\/([^/]+)\/task-protection\/v1\/state\/?$/;

/**
 * Answers what a task asks of itself: metadata version 3 and 4, the credentials of its role, and protection from being
 * scaled in.
 *
 * @returns `undefined` for a path that is none of them
 * Source: ECS developer guide, task metadata endpoint version 4; errors are the ECS agent's.
 */
export async function answerTask(deps: EcsDeps, question: TaskQuestion): Promise<TaskAnswer | undefined> {
  const { method, path } = question;
  const [, asker] = PROTECTION.exec(path) ?? [];
  if (asker !== undefined) return answerProtection(deps, (await find(deps, asker))?.task, question);
  if (method !== 'GET') return undefined;
  const [, id, what] = METADATA.exec(path) ?? [];
  if (id !== undefined) return metadata(deps, id, what);
  return CREDENTIALS.test(path) ? credentials(deps, path) : undefined;
}

async function metadata(deps: EcsDeps, id: string, what: string | undefined): Promise<TaskAnswer> {
  const found = await find(deps, id);
  const container = found?.task.spec.containers[found.index];
  if (!found || !container) {
    const error = `unable to get container ID from request: unable to get docker ID from v3 endpoint ID: ${id}`;
    return { status: 404, body: `V4 container metadata handler: ${error}` };
  }
  const { task } = found;
  const stats = (name: string) => deps.runtime.stats(task.id, name);
  switch (what) {
    case '/task':
      return { status: 200, body: await describeTask(deps, task) };
    case '/taskWithTags':
      return { status: 200, body: { ...(await describeTask(deps, task)), ...(await tagsAround(deps, task)) } };
    case '/stats':
      return { status: 200, body: (await stats(container.name)) ?? null };
    case '/task/stats': {
      const all = await Promise.all(
        task.spec.containers.map(async ({ name }) => [task.containerIds[name], (await stats(name)) ?? null] as const),
      );
      const ids = new Map(task.containers.map(({ name, runtimeId }) => [task.containerIds[name], runtimeId]));
      return { status: 200, body: Object.fromEntries(all.map(([own, seen]) => [ids.get(own) ?? own, seen])) };
    }
    default:
      return { status: 200, body: await describeContainer(deps, task, container) };
  }
}

async function credentials(deps: EcsDeps, path: string): Promise<TaskAnswer> {
  const found = await find(deps, path.slice(path.lastIndexOf('/') + 1));
  if (found?.task.spec.paths?.credentials !== path || found.task.roleArn === undefined)
    return {
      status: 400,
      body: {
        code: 'InvalidIdInRequest',
        message: 'CredentialsV2Request: Credentials not found',
        HTTPErrorCode: 400,
      },
    };
  return { status: 200, body: roleCredentials(found.task, found.task.roleArn, deps.clock.now()) };
}

async function find({ store }: EcsDeps, id: string) {
  const place = placeOf(id);
  const task = place && (await tasks(store).get(place, place.taskId));
  return task && task.lastStatus !== 'STOPPED' ? { task, index: place.index } : undefined;
}
