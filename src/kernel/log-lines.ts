import type { Scope } from './scope.ts';

export interface LogLine {
  readonly at: Date;
  readonly message: string;
}

/**
 * Takes lines of tasks and functions into a log stream, which is made when the first line comes.
 *
 * @param mayCreateGroup - whether a log group that is missing is made too, as `awslogs-create-group` and Lambda have it
 * @throws an Error that names what is missing
 */
export type AppendLogLines = (
  scope: Scope,
  to: { readonly group: string; readonly stream: string; readonly mayCreateGroup: boolean },
  lines: readonly LogLine[],
) => Promise<void>;
