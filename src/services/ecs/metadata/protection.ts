import { ECSServiceException } from '@aws-sdk/client-ecs';
import { changeProtection, readProtection, type Protection } from '../actions/task-protection.ts';
import type { EcsDeps } from '../deps.ts';
import type { TaskRecord } from '../records/task.ts';
import type { TaskAnswer, TaskQuestion } from './answer-task.ts';

/**
 * What a container reads and sets at `$ECS_AGENT_URI/task-protection/v1/state`: the ECS API under the task's role.
 * Source: ECS developer guide, task scale-in protection endpoint; errors are the ECS agent's.
 */
export async function answerProtection(
  deps: EcsDeps,
  task: TaskRecord | undefined,
  { method, body }: TaskQuestion,
): Promise<TaskAnswer> {
  const wish = method === 'PUT' ? parseWish(body) : {};
  if (!wish) return failed(400, '', 'InvalidParameterException', 'UpdateTaskProtection: failed to decode request');
  if (!task) return failed(404, '', 'ResourceNotFoundException', 'Failed to find a task for the request');
  const { cluster, arn } = task;
  const { ProtectionEnabled: protectionEnabled, ExpiresInMinutes: expiresInMinutes } = wish;
  if (method === 'PUT' && protectionEnabled === undefined)
    return failed(400, arn, 'InvalidParameterException', "Invalid request: does not contain 'ProtectionEnabled' field");
  if (task.roleArn === undefined)
    return failed(
      403,
      arn,
      'AccessDeniedException',
      'Invalid Request: no task IAM role credentials available for task',
    );
  const scope = { account: task.spec.account, region: task.spec.region };
  try {
    const answer =
      protectionEnabled === undefined
        ? await readProtection(deps, scope, { cluster, tasks: [arn] })
        : await changeProtection(deps, scope, { cluster, tasks: [arn], protectionEnabled, expiresInMinutes });
    return { status: 200, body: shown(answer) };
  } catch (cause) {
    if (!(cause instanceof ECSServiceException) || cause.$fault !== 'client') throw cause;
    return failed(400, arn, cause.name, cause.message);
  }
}

interface Wish {
  readonly ProtectionEnabled?: boolean;
  readonly ExpiresInMinutes?: number;
}

/** @returns `undefined` for what is no such request; names are matched as Go does, in any case */
function parseWish(body: string): Wish | undefined {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const wish: { ProtectionEnabled?: boolean; ExpiresInMinutes?: number } = {};
  for (const [name, value] of Object.entries(given)) {
    if (name.toLowerCase() === 'protectionenabled' && typeof value === 'boolean') wish.ProtectionEnabled = value;
    else if (name.toLowerCase() === 'expiresinminutes' && Number.isInteger(value))
      wish.ExpiresInMinutes = value as number;
    else if (value !== null || !['protectionenabled', 'expiresinminutes'].includes(name.toLowerCase()))
      return undefined;
  }
  return wish;
}

function shown({ protectedTasks: [task], failures: [failure] }: Protection): unknown {
  if (failure) return { failure: { Arn: failure.arn, Detail: failure.detail ?? null, Reason: failure.reason } };
  return {
    protection: {
      ExpirationDate: task?.expirationDate?.toISOString().replace(/\.\d+Z$/, 'Z') ?? null,
      ProtectionEnabled: task?.protectionEnabled ?? false,
      TaskArn: task?.taskArn,
    },
  };
}

const failed = (status: number, Arn: string, Code: string, Message: string): TaskAnswer => ({
  status,
  body: { error: { Arn, Code, Message } },
});
