import type Docker from 'dockerode';
import { engineAddress } from './docker-answers.ts';

/** Milliseconds after which an Engine that says nothing to a question is taken to hang. */
const LOOK_LIMIT = 30_000;

/** Two ways to one Engine. */
export interface Engines {
  /** For what may take long: pulls, stops, following events. */
  readonly engine: Docker;
  /** For questions that an Engine answers at once; they fail where it hangs. */
  readonly looking: Docker;
}

/** Connects to the Engine. The library is loaded here, so that Teal on processes never pays for it. */
export async function openEngine(socketPath?: string, timeout?: number): Promise<Docker> {
  const { default: Dockerode } = await import('dockerode');
  return new Dockerode({ ...engineAddress(socketPath), ...(timeout !== undefined && { timeout }) });
}

export const openEngines = async (socketPath?: string): Promise<Engines> => ({
  engine: await openEngine(socketPath),
  looking: await openEngine(socketPath, LOOK_LIMIT),
});

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
