import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { ContainerFiles } from './container-files.ts';

export interface Launch {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly files: ContainerFiles;
}

/**
 * Starts a program under a small shell that stays beside it, in a process group of their own.
 *
 * The shell claims the pid file exclusively before anything else, so of two launches of one container, by a Teal that
 * died and by the next, only one ever runs the program. It records the exit code for whoever looks, since after a
 * crash Teal is no longer the parent; then it ends what the program left behind in the group.
 */
export function launch({ argv, environment, workingDirectory, files }: Launch): ChildProcess {
  const odd = Object.entries(environment).filter(([name]) => !SHELL_NAME.test(name));
  const log = openSync(files.log, 'a', 0o600);
  try {
    const child = spawn('/bin/sh', ['-c', script(odd.length), 'teal-task', files.pid, files.exit, ...argv], {
      cwd: workingDirectory,
      env: {
        ...Object.fromEntries(Object.entries(environment).filter(([name]) => SHELL_NAME.test(name))),
        ...Object.fromEntries(odd.map(([name, value], index) => [`TEAL_ENV_${index}`, `${name}=${value}`])),
      },
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** Shells drop variables with other names, such as `spring.profiles.active`; those go through `env`. */
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

// Only what the shell itself can do, because the task's PATH may lack everything else. `exec` never runs a builtin,
// so `echo` or `exit` as a command mean the programs. A signal to the group reaches the program directly; the shell
// catches it only to live on and record the exit code.
const script = (odd: number): string => `
__teal_pid=$1 __teal_exit=$2 __teal_stop=
shift 2
trap __teal_stop=1 TERM INT HUP
if [ -r /proc/$$/stat ]; then
  read -r __teal_start </proc/$$/stat
  __teal_start=\${__teal_start##*) }
  for __teal_field in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do __teal_start=\${__teal_start#* }; done
  __teal_start=\${__teal_start%% *}
else
  __teal_start=$(ps -o lstart= -p $$)
fi
set -C
{ echo "$$ $__teal_start" >"$__teal_pid"; } 2>/dev/null || exit 125
set +C
if [ "$__teal_stop" ]; then
  __teal_code=143
else
  (${execution(odd)})
  __teal_code=$?
fi
echo $__teal_code >"$__teal_exit"
kill -KILL 0
`;

function execution(odd: number): string {
  if (odd === 0) return 'exec "$@"';
  const numbers = Array.from({ length: odd }, (_, index) => index);
  const keep = numbers.map((n) => `__teal_env_${n}=$TEAL_ENV_${n}; unset TEAL_ENV_${n}`).join('; ');
  return `${keep}; exec /usr/bin/env ${numbers.map((n) => `"$__teal_env_${n}"`).join(' ')} "$@"`;
}
