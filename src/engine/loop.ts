import { createBell } from '../kernel/bell.ts';
import { millis, seconds, type Millis } from '../kernel/span.ts';
import type { Waiting } from './decide/decision.ts';
import type { Deployment } from './deployment.ts';
import { giveUp, takeTurn, type TurnDeps, type TurnEnd } from './turn.ts';

/** Real spans: how often the world is looked at when nothing rings. */
const INSTALL_PERIOD = millis(100);
const IDLE_PERIOD = seconds(5);
/** Rings come in bursts, and each wakes every loop: one that waits looks at most this often. */
const SPACING = millis(10);
/** It also stays away three times as long as a look took, so that many deployments on a busy machine do not make it busier. */
const RELIEF = 4;
const ALARM_PERIOD = seconds(10);
const ALARM_PERIOD_REAL_MIN = 250;
const SAME_ERRORS = 5;

/** Carries one deployment on. */
export interface Loop {
  ring(): void;
  /** Resolves when the deployment is over or the signal aborted; never rejects. */
  readonly ended: Promise<void>;
}

/** Takes turns with one deployment until it is over; woken by its ring as well as by time. */
export function startLoop(deps: TurnDeps, subject: Deployment, signal: AbortSignal): Loop {
  const bell = createBell(deps.clock);
  const run = async (): Promise<void> => {
    const turns = countedTurns(deps, subject, signal);
    while (!signal.aborted) {
      const startedAt = nowOf(deps);
      const pause = await turns.next();
      const took = nowOf(deps) - startedAt;
      if (pause === 'over') return;
      if (pause === 0 || signal.aborted) continue;
      await bell.wait(pause, signal);
      const early = Math.max(SPACING, RELIEF * took) - (nowOf(deps) - startedAt);
      if (early > 0) await deps.clock.sleep(millis(early), signal);
    }
  };
  return { ring: () => bell.ring(), ended: run() };
}

/** Turns with what must be remembered between them; losing it at a crash costs one early look. */
function countedTurns(deps: TurnDeps, subject: Deployment, signal: AbortSignal) {
  let retries = 0;
  const { alarms, undo } = subject.release;
  let alarmsDueAt = alarms.names.length > 0 && !undo ? 0 : Infinity;
  let faults: { readonly message: string; readonly times: number } = { message: '', times: 0 };
  const log = deps.logger.with({ deploymentId: subject.id });

  const alarmPeriod = (): number => Math.max(ALARM_PERIOD_REAL_MIN, deps.clock.scaled(ALARM_PERIOD));

  const pauseOf = (end: Exclude<TurnEnd, 'over'>): Millis => {
    if (end === 'again') return millis(0);
    retries = end.pace === 'retry' ? retries + 1 : 0;
    const now = nowOf(deps);
    return millis(Math.max(1, Math.min(periodOf(end, retries), (end.until ?? Infinity) - now, alarmsDueAt - now)));
  };

  const failed = async (cause: unknown): Promise<Millis> => {
    const message = cause instanceof Error ? cause.message : String(cause);
    faults = { message, times: faults.message === message ? faults.times + 1 : 1 };
    log.error('a turn failed', { cause, times: faults.times });
    if (faults.times >= SAME_ERRORS) await giveUp(deps, subject, message);
    return backOff(faults.times);
  };

  return {
    async next(): Promise<Millis | 'over'> {
      try {
        const askAlarms = nowOf(deps) >= alarmsDueAt;
        if (askAlarms) alarmsDueAt = nowOf(deps) + alarmPeriod();
        const end = await takeTurn(deps, subject, askAlarms, signal);
        if (end === 'over') return 'over';
        faults = { message: '', times: 0 };
        return pauseOf(end);
      } catch (cause) {
        if (signal.aborted) return 'over';
        return failed(cause).catch((again: unknown) => {
          log.error('a deployment could not be given up', { cause: again });
          return backOff(SAME_ERRORS);
        });
      }
    },
  };
}

function periodOf(waiting: Waiting, retries: number): Millis {
  if (waiting.pace === 'retry') return backOff(retries);
  return waiting.pace === 'install' ? INSTALL_PERIOD : IDLE_PERIOD;
}

const backOff = (times: number): Millis => millis(Math.min(IDLE_PERIOD, 100 * 2 ** Math.min(times - 1, 10)));

const nowOf = (deps: TurnDeps): number => deps.clock.now().getTime();
