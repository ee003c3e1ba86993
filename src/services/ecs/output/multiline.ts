import type { OutputLine } from '../../../drivers/runtimes/runtime.ts';

/** An event whose last line may not have come yet. */
export interface OpenEvent {
  readonly message: string;
  readonly at: number;
}

/** How an event begins: a pattern as Docker's awslogs driver takes it, tried on each line. */
export type EventStart = { readonly pattern: string } | { readonly datetimeFormat: string };

/** Docker cuts an event there. Source: Docker, awslogs driver, maximumBytesPerEvent. */
const MOST_BYTES = 262_118;

/**
 * Puts lines together: each line that fits the pattern begins an event, others go on with the one before.
 *
 * @param open - what the lines before left unfinished
 * @returns events that are whole, and the one that is not yet
 */
export function putTogether(
  lines: readonly OutputLine[],
  open: OpenEvent | undefined,
  start: EventStart,
  now: number,
): { readonly whole: readonly OpenEvent[]; readonly open: OpenEvent | undefined } {
  const pattern = patternOf(start);
  const whole: OpenEvent[] = [];
  let current = open;
  for (const { message, at = now } of lines) {
    const longer = current && `${current.message}\n${message}`;
    if (current && longer !== undefined && !pattern.test(message) && Buffer.byteLength(longer) <= MOST_BYTES) {
      current = { message: longer, at: current.at };
      continue;
    }
    if (current) whole.push(current);
    current = { message, at };
  }
  return { whole, open: current };
}

const patternOf = (start: EventStart): RegExp =>
  new RegExp('pattern' in start ? start.pattern : datetimePattern(start.datetimeFormat));

/** Source: Docker, awslogs driver, strftimeToRegex. */
const DATETIME: Readonly<Record<string, string>> = {
  a: '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)',
  A: '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)',
  w: '[0-6]',
  d: '(?:0[1-9]|[1,2][0-9]|3[0,1])',
  b: '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)',
  B: '(?:January|February|March|April|May|June|July|August|September|October|November|December)',
  m: '(?:0[1-9]|1[0-2])',
  Y: '\\d{4}',
  y: '\\d{2}',
  H: '(?:[0,1][0-9]|2[0-3])',
  I: '(?:0[0-9]|1[0-2])',
  p: '[A,P]M',
  M: '[0-5][0-9]',
  S: '[0-5][0-9]',
  f: '\\d{6}',
  L: '\\.\\d{3}',
  z: '[+-]\\d{4}',
  Z: '[A-Z]{1,4}T',
  j: '(?:0[0-9][1-9]|[1,2][0-9][0-9]|3[0-5][0-9]|36[0-6])',
};

/** What a strftime format fits; letters it does not know stay as they are, as with Docker. */
export const datetimePattern = (format: string): string =>
  format.replace(/%./g, (code) => DATETIME[code.slice(1)] ?? code);
