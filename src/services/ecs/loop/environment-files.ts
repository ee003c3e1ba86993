import type { ContainerDefinition, TaskOverride } from '@aws-sdk/client-ecs';
import type { ContainerSpec } from '../../../drivers/runtimes/runtime.ts';
import type { Objects } from '../../../aws/objects.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { readEnvFile } from '../task-definition/env-file.ts';
import type { EnvironmentFiles, TaskRecord } from '../records/task.ts';
import { change, type TaskWork } from './task-work.ts';

/** Beyond it no kernel would start a program with it. */
const MOST_BYTES = 1_048_576;
const FAILED =
  'ResourceInitializationError: failed to download env files: file download command: non empty error stream: service call has been retried 1 time(s): ';

/** The environment files of a task's containers: those of its overrides instead of those of its definition. */
export function environmentFilesOf(
  containers: readonly ContainerDefinition[] = [],
  overrides: TaskOverride = {},
): readonly EnvironmentFiles[] {
  return containers.flatMap(({ name = '', environmentFiles }) => {
    const override = overrides.containerOverrides?.find((one) => one.name === name);
    const files = (override?.environmentFiles ?? environmentFiles ?? []).map(({ value = '' }) => value);
    return files.length > 0 ? [{ container: name, files }] : [];
  });
}

/**
 * Reads a task's environment files and stores what they say in its record: whatever becomes of the objects, the task that
 * starts is the one that is recorded, and a start that is repeated reads nothing again.
 *
 * @returns the task with its whole environment, or why it cannot start, in ECS's form
 */
export async function withEnvironmentFiles(work: TaskWork): Promise<TaskRecord | string> {
  const { deps, scope, task } = work;
  if (!task.environmentFiles?.length) return task;
  const said = new Map<string, Readonly<Record<string, string>>>();
  for (const { container, files } of task.environmentFiles) {
    const variables = await readAll(deps.objects, scope, files, container);
    if (typeof variables === 'string') return variables;
    said.set(container, variables);
  }
  const changed = await change(work, (current) => ({
    ...current,
    environmentFiles: undefined,
    spec: { ...current.spec, containers: current.spec.containers.map((one) => withVariables(one, said.get(one.name))) },
  }));
  return changed ?? task;
}

/** What a definition or an override says itself wins over files. */
const withVariables = (container: ContainerSpec, variables: Readonly<Record<string, string>> = {}): ContainerSpec => ({
  ...container,
  environment: { ...variables, ...container.environment },
});

/** Files are read from the top down, and the first that has a name wins. */
async function readAll(
  objects: Objects,
  scope: Scope,
  files: readonly string[],
  container: string,
): Promise<Readonly<Record<string, string>> | string> {
  let merged: Readonly<Record<string, string>> = {};
  for (const file of files) {
    const where = `'${file}' (container '${container}')`;
    const [, bucket, key] = /^arn:aws[a-z-]*:s3:::([^/]+)\/(.+)$/s.exec(file) ?? [];
    if (bucket === undefined || key === undefined)
      return `${FAILED}InvalidArgument: not the ARN of an object: ${where}`;
    const found = await objects.read(scope, { bucket, key }, MOST_BYTES);
    if (!found.isRead)
      return `${FAILED}${found.code}: ${found.message} status code: ${found.status}, request id: ${found.requestId}: ${where}`;
    const variables = readEnvFile(new TextDecoder().decode(found.bytes));
    if (!variables) return `${FAILED}a line is longer than 64 KiB: ${where}`;
    merged = { ...variables, ...merged };
  }
  return merged;
}
