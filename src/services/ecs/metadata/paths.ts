import type { TaskSpec } from '../../../drivers/runtimes/runtime.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';

/** Names one container of one task across all accounts and regions. */
export interface MetadataPath extends Scope {
  readonly taskId: string;
  /** In the order of the definition. */
  readonly index: number;
}

/** Where Teal answers a task's questions about itself; the second can not be guessed. */
export function pathsOf(
  { account, region }: Scope,
  taskId: string,
  containers: readonly string[],
  hasRole: boolean,
): NonNullable<TaskSpec['paths']> {
  const place = `${account}.${region}.${taskId}`;
  return {
    metadata: Object.fromEntries(containers.map((name, index) => [name, `/v4/${place}-${index}`])),
    ...(hasRole && { credentials: `/v2/credentials/${place}.${newId.uuid()}` }),
  };
}

const PLACE = /^(\d{12})\.([a-z0-9-]+)\.([0-9a-f]{32})(?:-(\d)|\.[0-9a-f-]+)$/;

/** Reads what stands behind `/v4/` or `/v2/credentials/`. */
export function placeOf(text: string): MetadataPath | undefined {
  const [, account, region, taskId, index = '0'] = PLACE.exec(text) ?? [];
  if (account === undefined || region === undefined || taskId === undefined) return undefined;
  return { account, region, taskId, index: Number(index) };
}
