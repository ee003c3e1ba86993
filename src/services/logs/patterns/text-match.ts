import { invalidPattern } from './invalid-pattern.ts';

/** What AWS takes between percent signs: no groups, and few symbols. Source: User Guide, supported regex syntax. */
const ALLOWED = /^(?:[A-Za-z0-9:_#=@/;,\-^$?[\]{}|*+. ]|\\.)*$/;

/**
 * A regular expression written as `%…%`.
 *
 * @throws {InvalidParameterException} when AWS would not take it
 */
export function regexOf(source: string): RegExp {
  if (!ALLOWED.test(source)) throw invalidPattern(`Invalid character(s) in term '%${source}%'`);
  try {
    return new RegExp(source);
  } catch {
    throw invalidPattern();
  }
}

/** Tells whether a whole text is as written, `*` standing for anything. */
export function wildcard(written: string): (text: string) => boolean {
  if (!written.includes('*')) return (text) => text === written;
  const [first = '', ...rest] = written.split('*');
  const last = rest.pop() ?? '';
  return (text) => {
    if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
