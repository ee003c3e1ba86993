import type Docker from 'dockerode';
import { engineAddress } from './docker-answers.ts';

/** Connects to the Engine. The library is loaded here, so that Teal on processes never pays for it. */
export async function openEngine(socketPath?: string): Promise<Docker> {
  const { default: Dockerode } = await import('dockerode');
  return new Dockerode(engineAddress(socketPath));
}

/** The HTTP status of an error the Engine answered, or `undefined` for any other error. */
export function engineStatus(cause: unknown): number | undefined {
  const status = isObject(cause) ? cause['statusCode'] : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** The Engine's own sentence, without the library's words around it. */
export function engineMessage(cause: unknown): string {
  const answer = isObject(cause) ? cause['json'] : undefined;
  const message = isObject(answer) ? answer['message'] : undefined;
  if (typeof message === 'string') return `Error response from daemon: ${message}`;
  const words = cause instanceof Error ? cause.message.trim() : String(cause);
  return words.replace(/^\(HTTP code \d+\) .*? - /, 'Error response from daemon: ');
}

/** Lets pass the errors that say the wish is already true. */
export function unless(...statuses: number[]): (cause: unknown) => void {
  return (cause) => {
    if (!statuses.includes(engineStatus(cause) ?? 0)) throw cause;
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
