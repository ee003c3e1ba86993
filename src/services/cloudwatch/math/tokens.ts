export type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'sign'; readonly value: string };

const SPACE = /\s+/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const TEXT = /'([^']*)'|"([^"]*)"/y;
const SIGN = /==|!=|<=|>=|&&|\|\||[-+*/^()[\],<>]/y;

/** Splits an expression. @throws {SyntaxError} naming the place where it makes no sense */
export function tokensOf(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(expression);
    if (found) at = pattern.lastIndex;
    return found ?? undefined;
  };
  while (at < expression.length) {
    if (take(SPACE)) continue;
    const token = next(take);
    if (!token) throw new SyntaxError(`unexpected '${expression.charAt(at)}' at position ${at + 1}`);
    tokens.push(token);
  }
  return tokens;
}

function next(take: (pattern: RegExp) => RegExpExecArray | undefined): Token | undefined {
  const number = take(NUMBER);
  if (number) return { kind: 'number', value: Number(number[0]) };
  const name = take(NAME);
  if (name) return /^(AND|OR)$/.test(name[0]) ? { kind: 'sign', value: name[0] } : { kind: 'name', value: name[0] };
  const text = take(TEXT);
  if (text) return { kind: 'text', value: text[1] ?? text[2] ?? '' };
  const sign = take(SIGN);
  return sign && { kind: 'sign', value: sign[0] };
}
