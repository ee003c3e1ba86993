export type LogFields = Readonly<Record<string, unknown>>;

/** Logs events as a short sentence plus fields; never secrets, never bodies. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The same log with fields that every line carries. */
  with(fields: LogFields): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };
const COLOUR: Record<LogLevel, string> = { debug: '90', info: '36', warn: '33', error: '31', silent: '0' };

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Readable lines on a terminal, JSON lines otherwise. */
  readonly pretty: boolean;
  write(line: string): void;
  now(): Date;
}

export function createLogger(options: LoggerOptions, bound: LogFields = {}): Logger {
  const log = (level: LogLevel) => (event: string, fields?: LogFields) => {
    if (RANK[level] < RANK[options.level]) return;
    options.write(formatLine(options, level, event, { ...bound, ...fields }));
  };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    with: (fields) => createLogger(options, { ...bound, ...fields }),
  };
}

/** A log that writes nothing, for tests. */
export const silentLogger = (): Logger =>
  createLogger({ level: 'silent', pretty: false, write: () => undefined, now: () => new Date(0) });

function formatLine(options: LoggerOptions, level: LogLevel, event: string, fields: LogFields): string {
  const at = options.now().toISOString();
  const shown = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, describe(value)]));
  if (!options.pretty) return `${JSON.stringify({ at, level, event, ...shown })}\n`;
  const tail = Object.entries(shown).map(([key, value]) => ` \u001b[90m${key}=\u001b[0m${asText(value)}`);
  return `\u001b[90m${at.slice(11, 23)}\u001b[0m \u001b[${COLOUR[level]}m${level.padEnd(5)}\u001b[0m ${event}${tail.join('')}\n`;
}

const describe = (value: unknown): unknown =>
  value instanceof Error
    ? `${value.name}: ${value.message}${value.cause ? ` (${asText(describe(value.cause))})` : ''}`
    : value;

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
