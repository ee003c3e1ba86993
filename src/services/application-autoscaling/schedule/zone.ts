/** A wall clock's reading as if it were in UTC, in epoch milliseconds. */
export type WallTime = number;

/**
 * Whether there is a time zone of this name.
 *
 * Source: PutScheduledAction, names of the IANA time zone database.
 */
export function isZone(name: string): boolean {
  // Node also takes offsets, such as +01:00.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What clocks in a zone show at an instant. */
export function wallTimeAt(zone: string, at: number): WallTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const whole = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return whole + (((at % 1000) + 1000) % 1000);
}

/**
 * The instant at which clocks in a zone show a time: the first of two where they are put back, and as much later as
 * they are put forward where they skip it (assumed).
 */
export function instantOf(zone: string, wall: WallTime): number {
  const offsetAt = (at: number): number => wallTimeAt(zone, at) - at;
  // Offsets before and after any change that may be near.
  const [before, after] = [offsetAt(wall - DAY), offsetAt(wall + DAY)];
  const found = [wall - before, wall - after].filter((at) => wallTimeAt(zone, at) === wall);
  return found.length > 0 ? Math.min(...found) : wall - before;
}

const DAY = 86_400_000;

const formatOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
