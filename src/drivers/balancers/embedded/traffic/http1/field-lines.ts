const CR = 13;
const LF = 10;
const COLON = 58;
const TAB = 9;
const SPACE = 32;

/** 1 for every character of a token: names of headers, methods. */
export const TOKEN = tableOf((code) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/.test(String.fromCharCode(code)));
/** 1 for every character that may stand in a value. */
const VALUE = tableOf((code) => code === TAB || (code >= SPACE && code !== 127));

export function tableOf(holds: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (holds(code) ? 1 : 0));
}

export interface FieldLimits {
  /** Bytes of one line. */
  readonly line: number;
}

/**
 * Reads header or trailer lines as RFC 9112 has them: no folding, no bare CR or LF, no space before the colon.
 *
 * @param text - latin1, CRLF between lines and none at the end
 * @param fields - gets name, value, name, value
 * @returns -1 when malformed; else all characters of the values joined by `or`, so that 128 tells of one beyond ASCII
 */
export function readFields(text: string, from: number, fields: string[], limits: FieldLimits): number {
  let seen = 0;
  let at = from;
  while (at < text.length) {
    const start = at;
    while (TOKEN[text.charCodeAt(at)] === 1) at++;
    if (at === start || text.charCodeAt(at) !== COLON) return -1;
    const name = text.slice(start, at);
    at = afterSpaces(text, at + 1);
    const value = at;
    let code = text.charCodeAt(at);
    while (VALUE[code] === 1) {
      seen |= code;
      code = text.charCodeAt(++at);
    }
    if (at - start > limits.line) return -1;
    fields.push(name, text.slice(value, beforeSpaces(text, value, at)));
    if (at === text.length) break;
    if (code !== CR || text.charCodeAt(at + 1) !== LF) return -1;
    at += 2;
  }
  return seen;
}

function afterSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at++;
  return at;
}

function beforeSpaces(text: string, start: number, from: number): number {
  let at = from;
  while (at > start && (text.charCodeAt(at - 1) === SPACE || text.charCodeAt(at - 1) === TAB)) at--;
  return at;
}
