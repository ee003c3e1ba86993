/*
 * One line per request, read back by ../log-line.ts. What is measured comes first, what clients can write comes last
 * and is quoted and escaped.
 */

/** Of every worker, in memory: the last lines are kept while Teal is away, and read when it is back. */
export const LOG_RING = 'requests';
/** Some 80,000 requests, or 16,000 with access logs. */
export const RING_BYTES = 8_388_608;

/** Lines that are answered by targets are all logged up to so many a second, and a share of them above. */
const SAMPLED_ABOVE = 300;
export const SAMPLE_SHARE = 1 / 16;

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

const quoted = (format: string): string => `log-format '${format}'`;

/** The lines that have a frontend log. */
export function logLines(accessLog: boolean): string[] {
  const common = [`log ring@${LOG_RING} format raw local0 info`];
  if (!accessLog)
    return [
      ...common,
      quoted(MEASURED),
      `http-response set-var(txn.k) int(${1 / SAMPLE_SHARE}) if { fe_req_rate gt ${SAMPLED_ABOVE} }`,
      `http-response set-log-level silent if { var(txn.k) -m found } !{ rand(${1 / SAMPLE_SHARE}) eq 0 }`,
    ];
  return [
    ...common,
    quoted(`${MEASURED} ${WHOLE}`),
    'tcp-request session set-var(sess.id) uuid()',
    'http-request set-var(txn.agent) req.fhdr(user-agent)',
    'http-after-response set-var(txn.location) res.fhdr(location)',
  ];
}
