import { validationError } from '../faults.ts';

/**
 * Refuses regular expressions that are none, and those whose matching may take time exponential in the text, as one
 * request could then stop all traffic: a repeated group with a repetition or alternatives in it, look-around,
 * back-references.
 *
 * @throws {ApiError} `ValidationError`
 */
export function checkRegex(source: string, field: string): void {
  if (!compiles(source)) throw validationError(`The regex value '${source}' for '${field}' is not valid`);
  if (/\(\?(?:[=!]|<[=!])/.test(source)) throw refused(source, field, 'look-around');
  if (/\\(?:[1-9]|k<)/.test(source)) throw refused(source, field, 'a back-reference');
  if (hasNestedRepetition(source)) throw refused(source, field, 'a repetition in a repetition');
}

const refused = (source: string, field: string, what: string) =>
  validationError(`The regex value '${source}' for '${field}' contains ${what}, which is not supported`);

function compiles(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Escapes and classes, which are one atom each; the ends of groups with what repeats them; what matters of the rest. */
const TOKENS = /\\.|\[(?:\\.|[^\]\\])*\]|\(|\)(?<group>[*+]|\{\d+(?:,\d*)?\})?|\||(?<atom>[*+]|\{\d+,\d*\})/g;

function hasNestedRepetition(source: string): boolean {
  // Of each group that is open: whether there is more than one way through it.
  const open: boolean[] = [];
  for (const { 0: token, groups } of source.matchAll(TOKENS)) {
    if (token === '(') open.push(false);
    else if (token.startsWith(')')) {
      const isManifold = open.pop() === true;
      if (isManifold && groups?.['group'] !== undefined) return true;
      if (isManifold && open.length > 0) open[open.length - 1] = true;
    } else if ((token === '|' || groups?.['atom'] !== undefined) && open.length > 0) open[open.length - 1] = true;
  }
  return false;
}
