import {
  SessionTimeoutException,
  type LiveTailSessionStart,
  type LiveTailSessionUpdate,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../../../kernel/clock.ts';
import { minutes, seconds } from '../../../kernel/span.ts';
import { fault } from '../../../wire/api-error.ts';

const CADENCE = seconds(1);
/** Source: API Reference, StartLiveTail. */
const LONGEST = minutes(180);

/**
 * The events of one session: its start, then an update each second, with or without log events. Real time, whatever the
 * time scale: somebody watches.
 *
 * @param signal - ends the session, as its client or Teal goes away
 * @throws {SessionTimeoutException} after three hours
 */
export async function* sessionEvents(
  clock: Clock,
  sessionStart: LiveTailSessionStart,
  update: () => LiveTailSessionUpdate,
  signal: AbortSignal,
): AsyncGenerator<StartLiveTailResponseStream, void, undefined> {
  const until = clock.now().getTime() + LONGEST;
  yield { sessionStart };
  for (;;) {
    await clock.sleep(CADENCE, signal);
    if (signal.aborted) return;
    if (clock.now().getTime() >= until) throw fault(SessionTimeoutException, 'The Live Tail session has timed out.');
    yield { sessionUpdate: update() };
  }
}
