/** A request that has ended, as a worker logged it. */
export interface LoggedRequest {
  /** By name; undefined when the request could not be read so far. */
  readonly rule: string | undefined;
  readonly front: string;
  readonly backend: string;
  readonly server: string | undefined;
  readonly status: number;
  /** How it ended, in HAProxy's letters. */
  readonly ending: string;
  /** Whether a target's answer began, and seconds from the request to that. */
  readonly answeredAfter: number | undefined;
  /** How many requests the line stands for. */
  readonly times: number;
  /** What follows, for access logs. */
  readonly rest: readonly string[];
}

/** Unique among the lines of one worker; undefined when the line is neither a request's nor a mark's. */
export const lineId = (line: string): string | undefined => /^[rm] (\d+) /.exec(line)?.[1];

/** A line is a request's (`r`) or a mark's (`m`); then comes its id. */
export function readLogLine(line: string): LoggedRequest | { readonly mark: string } | undefined {
  const [kind, , ...fields] = splitQuoted(line);
  if (kind === 'm') return { mark: fields[0] ?? '' };
  if (kind !== 'r' || fields.length < 9) return undefined;
  const [rule, backend = '', server, status, ending = '', waited, micros, times, front = '', ...rest] = fields;
  return {
    rule: present(rule),
    front: front.replace(/~$/, ''),
    backend,
    server: server === '<NOSRV>' ? undefined : present(server),
    status: Number(status),
    ending,
    answeredAfter: seconds(Number(waited), present(micros)),
    times: Number(present(times) ?? 1),
    rest,
  };
}

/** HAProxy's own timer leaves the connection out but knows milliseconds only; the other bounds it from above. */
function seconds(waited: number, micros: string | undefined): number | undefined {
  if (micros === undefined) return undefined;
  const whole = Number(micros) / 1e6;
  return waited < 0 ? whole : Math.max(Math.min(whole, (waited + 1) / 1000), waited / 1000, 1e-6);
}

export const present = (field: string | undefined): string | undefined =>
  field === undefined || field === '-' || field === '' ? undefined : field;

/** Splits at blanks; what is in quotes is one field, with backslashes before quotes, brackets and backslashes. */
function splitQuoted(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(([whole, quoted]) =>
    quoted === undefined ? whole : quoted.replace(/\\(.)/g, '$1'),
  );
}
