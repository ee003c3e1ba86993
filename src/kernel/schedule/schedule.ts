import { minutes, type Millis } from '../span.ts';
import { nextOf, readCron, type Cron } from './cron.ts';

export type Schedule =
  | { readonly kind: 'rate'; readonly every: Millis }
  /** In UTC, which no time scale changes. */
  | { readonly kind: 'cron'; readonly cron: Cron };

const UNITS: Readonly<Record<string, Millis | undefined>> = {
  minute: minutes(1),
  hour: minutes(60),
  day: minutes(24 * 60),
};

/**
 * Reads `rate(5 minutes)` or `cron(0 12 * * ? *)`.
 *
 * @returns `undefined` for what is neither
 * Source: EventBridge User Guide, schedules: the unit is singular for 1, and for 1 only.
 */
export function readSchedule(text: string): Schedule | undefined {
  const [, value = '', unit = ''] = /^rate\(\s*(\d{1,9})\s+(minutes?|hours?|days?)\s*\)$/.exec(text) ?? [];
  const every = UNITS[unit.replace(/s$/, '')];
  if (every !== undefined) {
    const isFitting = Number(value) > 0 && (Number(value) === 1) !== unit.endsWith('s');
    return isFitting ? { kind: 'rate', every: (every * Number(value)) as Millis } : undefined;
  }
  const cron = readCron(/^cron\((.*)\)$/s.exec(text)?.[1] ?? '');
  return cron && { kind: 'cron', cron };
}

/** What a schedule comes to at a moment. Instants are epoch milliseconds. */
export type Due =
  /** `undefined`: never again. */
  | { readonly isDue: false; readonly nextAt: number | undefined }
  /** @param from - what the time after this one is counted from */
  | { readonly isDue: true; readonly dueAt: number; readonly from: number };

/**
 * Tells whether a schedule is due. However many times have passed, as while nothing ran, they are one.
 *
 * @param from - when the schedule began, or was last due
 * @param scaled - turns a configured span into a real one
 */
export function dueOf(schedule: Schedule, from: number, now: number, scaled: (span: Millis) => Millis): Due {
  if (schedule.kind === 'cron') {
    const nextAt = nextOf(schedule.cron, from);
    return nextAt !== undefined && nextAt <= now ? { isDue: true, dueAt: nextAt, from: now } : { isDue: false, nextAt };
  }
  const every = scaled(schedule.every);
  const passed = Math.floor((now - from) / every);
  if (passed < 1) return { isDue: false, nextAt: from + every };
  return { isDue: true, dueAt: from + every, from: from + passed * every };
}
