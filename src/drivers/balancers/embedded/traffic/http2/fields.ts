import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';

/** Fields of one connection only, which HTTP/2 forbids. Source: RFC 9113 8.2.2. */
const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Fields that node:http2 refuses to send twice; of several the first goes out. */
const ONCE: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
]);

/** Puts fields, as name, value, name, value, into what node:http2 sends: lower case, without those it must not send. */
export function addFields(into: OutgoingHttpHeaders, fields: readonly string[]): OutgoingHttpHeaders {
  for (let index = 0; index < fields.length; index += 2) {
    const name = (fields[index] ?? '').toLowerCase();
    const value = fields[index + 1] ?? '';
    // node:http2 hands fields to nghttp2 with NUL between them: one inside a value would make another field of it.
    if (CONNECTION_SPECIFIC.has(name) || name.startsWith(':') || value.includes('\0')) continue;
    const before = into[name];
    if (before === undefined) into[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else if (!ONCE.has(name)) into[name] = [String(before), value];
  }
  return into;
}

/**
 * The fields of a received block, pseudo fields left out.
 *
 * @param raw - the third argument of node's events, which the types leave out: fields one by one, in order
 */
export function receivedFields(block: IncomingHttpHeaders, raw: readonly string[] | undefined): string[] {
  const fields: string[] = [];
  if (raw) {
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] ?? '';
      if (!name.startsWith(':')) fields.push(name, raw[index + 1] ?? '');
    }
    return fields;
  }
  for (const [name, value] of Object.entries(block)) {
    if (name.startsWith(':') || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) fields.push(name, String(one));
  }
  return fields;
}

/** The octets of fields as RFC 9113 6.5.2 counts them. */
export function fieldsSize(fields: readonly string[]): number {
  let size = fields.length * 16;
  for (const text of fields) size += text.length;
  return size;
}
