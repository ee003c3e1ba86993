import type { EcsDeps } from '../deps.ts';
import type { TaskRecord } from '../records/task.ts';
import type { TaskOutput } from '../records/task-output.ts';

/**
 * Makes the log streams of a task before it starts.
 *
 * @returns why it cannot start, in ECS's words
 * Source: recorded stopped reasons.
 */
export async function openOutputs(deps: EcsDeps, task: TaskRecord): Promise<string | undefined> {
  for (const output of task.outputs ?? []) {
    try {
      await deps.append({ account: task.spec.account, region: output.region }, output, []);
    } catch (cause) {
      return reasonOf(cause, output);
    }
  }
  return undefined;
}

function reasonOf(cause: unknown, { mayCreateGroup }: TaskOutput): string {
  const what = mayCreateGroup ? 'group' : 'stream';
  const words = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return `ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log ${what}: ${words} : exit status 1`;
}
