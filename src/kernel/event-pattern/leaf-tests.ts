import { BlockList, isIP, isIPv4 } from 'node:net';
import { isRecord, PatternError, type LeafTest } from './pattern.ts';

/** One member of a list in a pattern: a value, or an object with one match type. @throws {PatternError} */
export function readTest(member: unknown): LeafTest {
  if (Array.isArray(member)) throw new PatternError('Match value must be String, number, true, false, or null');
  if (!isRecord(member)) return (value) => value === member;
  const [type = '', ...more] = Object.keys(member);
  if (more.length > 0) throw new PatternError('Only one key allowed in match expression');
  const read = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (!read) throw new PatternError(`Unrecognized match type ${type}`);
  return read(member[type]);
}

const TYPES: Readonly<Record<string, (operand: unknown) => LeafTest>> = {
  prefix: (operand) => affix('prefix', operand),
  suffix: (operand) => affix('suffix', operand),
  'equals-ignore-case': equalsIgnoreCase,
  wildcard,
  numeric,
  cidr,
  exists: (operand) => {
    if (typeof operand !== 'boolean') throw new PatternError('exists match pattern must be either true or false.');
    return (value) => (value !== undefined) === operand;
  },
  'anything-but': anythingBut,
};

/** Types that `anything-but` takes, each with one string or a list of them. */
const NEGATED: Readonly<Record<string, (operand: unknown) => LeafTest>> = {
  prefix: (operand) => affix('prefix', operand),
  suffix: (operand) => affix('suffix', operand),
  'equals-ignore-case': equalsIgnoreCase,
  wildcard,
};

function anythingBut(operand: unknown): LeafTest {
  const isOne = negation(operand);
  return (value) => value !== undefined && !isOne(value);
}

function negation(operand: unknown): LeafTest {
  if (isRecord(operand)) {
    const [type = '', ...more] = Object.keys(operand);
    const read = Object.hasOwn(NEGATED, type) ? NEGATED[type] : undefined;
    if (!read || more.length > 0) throw new PatternError(`Unsupported anything-but pattern: ${type}`);
    const tests = listOf(operand[type]).map(read);
    return (value) => tests.some((test) => test(value));
  }
  const values = listOf(operand);
  const [first] = values;
  if (values.some((value) => typeof value !== typeof first || isRecord(value) || Array.isArray(value)))
    throw new PatternError(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  return (value) => values.includes(value);
}

function listOf(operand: unknown): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw new PatternError('Empty arrays are not allowed');
  return list;
}

function affix(kind: 'prefix' | 'suffix', operand: unknown): LeafTest {
  const ignoresCase = isRecord(operand);
  const wanted = text(kind, ignoresCase ? operand['equals-ignore-case'] : operand);
  const folded = ignoresCase ? wanted.toLowerCase() : wanted;
  return (value) => {
    if (typeof value !== 'string') return false;
    const found = ignoresCase ? value.toLowerCase() : value;
    return kind === 'prefix' ? found.startsWith(folded) : found.endsWith(folded);
  };
}

function equalsIgnoreCase(operand: unknown): LeafTest {
  const wanted = text('equals-ignore-case', operand).toLowerCase();
  return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
}

/** `*` stands for any characters; `\*` and `\\` for themselves. No regular expression: those can take forever. */
function wildcard(operand: unknown): LeafTest {
  const pieces = wildcardPieces(text('wildcard', operand));
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  return (value) => {
    if (typeof value !== 'string') return false;
    if (last === undefined) return value === first;
    if (!value.startsWith(first)) return false;
    let at = first.length;
    for (const piece of rest) {
      const found = value.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return value.length - last.length >= at && value.endsWith(last);
  };
}

/** What stands between the stars. */
function wildcardPieces(pattern: string): string[] {
  const pieces = [''];
  for (const [token] of pattern.matchAll(/\\.?|[^]/gu)) {
    if (token === '*') pieces.push('');
    else if (token.startsWith('\\') && token !== '\\*' && token !== '\\\\')
      throw new PatternError('Invalid escape character in wildcard pattern');
    else pieces.push(`${pieces.pop() ?? ''}${token.replace(/^\\/, '')}`);
  }
  if (pieces.slice(1, -1).includes('')) throw new PatternError('Consecutive wildcard characters are not allowed');
  return pieces;
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** Source: EventBridge User Guide, numeric matching: between -5.0e9 and 5.0e9. */
const NUMERIC_LIMIT = 5e9;

function numeric(operand: unknown): LeafTest {
  if (!Array.isArray(operand)) throw new PatternError('Value of numeric must be an array.');
  const parts: readonly unknown[] = operand;
  if (parts.length !== 2 && parts.length !== 4) throw new PatternError('Invalid member in numeric match: bad length');
  const tests: LeafTest[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const [sign, bound] = [parts[at], parts[at + 1]];
    const compare = typeof sign === 'string' && Object.hasOwn(COMPARISONS, sign) ? COMPARISONS[sign] : undefined;
    if (!compare) throw new PatternError(`Unrecognized numeric range operator: ${String(sign)}`);
    if (typeof bound !== 'number') throw new PatternError(`Value of ${String(sign)} must be numeric`);
    if (Math.abs(bound) > NUMERIC_LIMIT) throw new PatternError('Value must be between -5.0E9 and 5.0E9, inclusive');
    tests.push((value) => typeof value === 'number' && compare(value, bound));
  }
  return (value) => tests.every((test) => test(value));
}

function cidr(operand: unknown): LeafTest {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text('cidr', operand)) ?? [];
  const family = isIP(address);
  const widest = family === 4 ? 32 : 128;
  if (family === 0 || Number(bits ?? widest) > widest) throw new PatternError("Malformed CIDR, one '/' required");
  const list = new BlockList();
  list.addSubnet(address, Number(bits ?? widest), family === 4 ? 'ipv4' : 'ipv6');
  return (value) =>
    typeof value === 'string' && isIP(value) !== 0 && list.check(value, isIPv4(value) ? 'ipv4' : 'ipv6');
}

function text(type: string, operand: unknown): string {
  if (typeof operand !== 'string') throw new PatternError(`${type} match pattern must be a string`);
  return operand;
}
