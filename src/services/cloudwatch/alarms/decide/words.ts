/** A number as Java prints a double, which is how AWS prints those of alarms: `5.0`, `0.25`, `1.0E7`. */
export function double(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? value.toFixed(1) : String(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

/** `2026-01-01T00:01:00.000+0000` */
export const stamp = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

/** `31/01/26 00:01:00`, in UTC */
export function shortStamp(at: number): string {
  const [year = '', month = '', day = '', time = ''] = new Date(at).toISOString().split(/[-T.]/);
  return `${day}/${month}/${year.slice(2)} ${time}`;
}

/** `Friday 22 July, 2022 15:57:45 UTC` */
export function longStamp(at: number): string {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' }).format(at);
  const [day, time = ''] = new Date(at).toISOString().slice(8).split(/[T.]/);
  return `${part({ weekday: 'long' })} ${day} ${part({ month: 'long' })}, ${part({ year: 'numeric' })} ${time} UTC`;
}

/** `1 datapoint`, `2 datapoints` */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const wasOrWere = (count: number): string => (count === 1 ? 'was' : 'were');
