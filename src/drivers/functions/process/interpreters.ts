import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** `provided` functions bring their own runtime, a program named `bootstrap`. */
export type Language = 'nodejs' | 'python' | 'provided';

/** What this driver runs a Lambda runtime with, whatever its version: the host's own interpreter is used. */
export function languageOf(runtime: string): Language | undefined {
  if (/^nodejs/.test(runtime)) return 'nodejs';
  if (/^provided\b/.test(runtime)) return 'provided';
  return /^python3\./.test(runtime) ? 'python' : undefined;
}

/** Looks for the host's interpreters, each no earlier than it is needed. */
export interface Interpreters {
  /** Why the runtime cannot be run here, or `undefined`. */
  refuse(runtime: string): string | undefined;
  /** The program that runs the language. */
  program(language: Exclude<Language, 'provided'>): Promise<string>;
}

export function findInterpreters(searchPath = process.env['PATH'] ?? ''): Interpreters {
  let python: Promise<string> | undefined;
  return {
    refuse(runtime) {
      const language = languageOf(runtime);
      if (!language) {
        return `this machine runs nodejs, python3 and provided functions, not '${runtime}': put it into a container image, or bring a bootstrap`;
      }
      if (language !== 'python' || isOnPath('python3', searchPath)) return undefined;
      return `there is no python3 on this machine to run '${runtime}' with; install it or add it to PATH`;
    },
    async program(language) {
      if (language === 'nodejs') return process.execPath;
      python ??= realPython();
      return python;
    },
  };
}

function isOnPath(program: string, searchPath: string): boolean {
  return searchPath.split(':').some((folder) => {
    try {
      accessSync(join(folder || '.', program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Asks python itself: a version manager's shim would cost a shell script at every cold start. */
async function realPython(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('python3', ['-c', 'import sys; print(sys.executable)']);
    return stdout.trim() || 'python3';
  } catch {
    return 'python3';
  }
}
