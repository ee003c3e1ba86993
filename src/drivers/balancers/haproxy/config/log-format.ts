/*
 * One line per request, read back by ../log-line.ts. What is measured comes first, what clients can write comes last
 * and is quoted and escaped.
 */

/** Of every worker, in memory: the last lines are kept while Teal is away, and read when it is back. */
export const LOG_RING = 'requests';
/** Some 80,000 requests, or 16,000 with access logs. */
export const RING_BYTES = 8_388_608;

/**
 * Answers of targets are all logged up to so many requests a second, and one in so many above: a line costs some 50 us
 * here and in HAProxy, and hundreds in a second tell the percentiles as well as thousands.
 */
const SAMPLED = { above: 300, oneIn: 16 } as const;
const RARELY_SAMPLED = { above: 4800, oneIn: 64 } as const;

const MEASURED = 'r %rt %[var(txn.rule)] %b %s %ST %tsc %Tr %[var(txn.us)] %[var(txn.k)] %f';

/** Everything an access log needs, in the order of `FIELDS`. */
const WHOLE = [
  '%[date(0,us)]',
  '%[var(txn.t0)]',
  '%ci %cp %si %sp',
  '%TR %Td %Tw %Tc',
  '%U %B',
  '%sslc %sslv',
  '%[ssl_f_sha1,hex]',
  '%[var(sess.id)]',
  '%HM %HV',
  '%{+Q,+E}[var(txn.trace)]',
  '%{+Q,+E}[ssl_fc_sni]',
  '%{+Q,+E}[var(txn.host)]',
  '%{+Q,+E}[var(txn.agent)]',
  '%{+Q,+E}HU',
  '%{+Q,+E}[var(txn.location)]',
].join(' ');

const MEASURE = 'http-response set-var(txn.us) date(0,us),sub(txn.t0)';

/**
 * Measures answers of targets, and logs all or a share of them. A frontend's last lines on answers: most answers need
 * none of the rest, so the draw ends the rules for them, and each condition before it costs every request.
 */
export function measureLines(accessLog: boolean): string[] {
  if (accessLog) return [MEASURE];
  const above = ({ above }: { readonly above: number }) => `{ fe_req_rate gt ${above} }`;
  return [
    'http-response set-log-level silent',
    `http-response allow if { rand(${SAMPLED.oneIn}) gt 0 } ${above(SAMPLED)}`,
    `http-response allow if ${above(RARELY_SAMPLED)} { rand(${RARELY_SAMPLED.oneIn / SAMPLED.oneIn}) gt 0 }`,
    MEASURE,
    `http-response set-var(txn.k) int(${SAMPLED.oneIn}) if ${above(SAMPLED)}`,
    `http-response set-var(txn.k) int(${RARELY_SAMPLED.oneIn}) if ${above(RARELY_SAMPLED)}`,
    'http-response set-log-level info',
  ];
}

const quoted = (format: string): string => `log-format '${format}'`;

/** The lines that have a frontend log. */
export function logLines(accessLog: boolean): string[] {
  const common = [`log ring@${LOG_RING} format raw local0 info`];
  if (!accessLog) return [...common, quoted(MEASURED)];
  return [
    ...common,
    quoted(`${MEASURED} ${WHOLE}`),
    'tcp-request session set-var(sess.id) uuid()',
    'http-request set-var(txn.agent) req.fhdr(user-agent)',
    'http-after-response set-var(txn.location) res.fhdr(location)',
  ];
}
