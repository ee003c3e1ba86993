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

/** Measures and logs a share of the answers; the rare case decides first, because each condition costs all requests. */
function sampleLines(): string[] {
  const above = ({ above }: { readonly above: number }) => `{ fe_req_rate gt ${above} }`;
  const chosen = '{ var(txn.us) -m found }';
  return [
    `${MEASURE} if { rand(${SAMPLED.oneIn}) eq 0 } || !${above(SAMPLED)}`,
    `http-response set-var(txn.k) int(${SAMPLED.oneIn}) if ${chosen} ${above(SAMPLED)}`,
    `http-response set-var(txn.k) int(${RARELY_SAMPLED.oneIn}) if ${chosen} ${above(RARELY_SAMPLED)}`,
    `http-response unset-var(txn.us) if ${chosen} ${above(RARELY_SAMPLED)} !{ rand(${RARELY_SAMPLED.oneIn / SAMPLED.oneIn}) eq 0 }`,
    `http-response set-log-level silent if !${chosen}`,
  ];
}

const quoted = (format: string): string => `log-format '${format}'`;

/** The lines that have a frontend log. */
export function logLines(accessLog: boolean): string[] {
  const common = [`log ring@${LOG_RING} format raw local0 info`];
  if (!accessLog) return [...common, quoted(MEASURED), ...sampleLines()];
  return [
    ...common,
    quoted(`${MEASURED} ${WHOLE}`),
    MEASURE,
    'tcp-request session set-var(sess.id) uuid()',
    'http-request set-var(txn.agent) req.fhdr(user-agent)',
    'http-after-response set-var(txn.location) res.fhdr(location)',
  ];
}
