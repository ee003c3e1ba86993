import type Docker from 'dockerode';
import { LABEL } from './names.ts';

const RECONNECT_AFTER = 500;
const EVENTS = ['start', 'die', 'destroy', 'health_status'];

/**
 * Calls `onEvent` whenever a container of this instance starts, ends, is removed or changes its health, and after every reconnect, since events may
 * have been missed meanwhile.
 *
 * @returns what ends the following
 */
export function followEvents(engine: Docker, instance: string, onEvent: () => void): () => void {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const again = (): void => {
    if (abort.signal.aborted) return;
    clearTimeout(timer);
    timer = setTimeout(() => void follow(), RECONNECT_AFTER);
    timer.unref();
  };
  const follow = async (): Promise<void> => {
    try {
      const stream = await engine.getEvents({
        abortSignal: abort.signal,
        filters: { type: ['container'], event: EVENTS, label: [`${LABEL.instance}=${instance}`] },
      });
      stream.on('data', onEvent).on('error', again).on('close', again);
      onEvent();
    } catch {
      again(); // the Engine is away; tasks are looked at as soon as it is back
    }
  };
  void follow();
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}
