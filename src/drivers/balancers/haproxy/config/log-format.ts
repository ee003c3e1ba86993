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
const TIERS = [
  { above: 300, oneIn: 16 },
  { above: 4800, oneIn: 64 },
  { above: 19_200, oneIn: 256 },
] as const;

const measured = (rule: string) => `r %rt ${rule} %b %s %ST %tsc %Tr %[var(txn.us)] %[var(txn.k)] %f`;

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
  const draws = TIERS.map(({ above, oneIn }, tier) => {
    const among = oneIn / (TIERS[tier - 1]?.oneIn ?? 1);
    return `http-response allow if { rand(${among}) gt 0 } { fe_req_rate gt ${above} }`;
  });
  const times = TIERS.map(
    ({ above, oneIn }) => `http-response set-var(txn.k) int(${oneIn}) if { fe_req_rate gt ${above} }`,
  );
  return ['http-response set-log-level silent', ...draws, MEASURE, ...times, 'http-response set-log-level info'];
}

const quoted = (format: string): string => `log-format '${format}'`;

/**
 * The lines that have a frontend log.
 *
 * @param rule - a log-format of the rule's name
 */
export function logLines(accessLog: boolean, rule: string): string[] {
  const common = [`log ring@${LOG_RING} format raw local0 info`];
  if (!accessLog) return [...common, quoted(measured(rule))];
  return [
    ...common,
    quoted(`${measured(rule)} ${WHOLE}`),
    'tcp-request session set-var(sess.id) uuid()',
    'http-request set-var(txn.agent) req.fhdr(user-agent)',
    'http-after-response set-var(txn.location) res.fhdr(location)',
  ];
}
