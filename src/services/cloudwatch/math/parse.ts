import { tokensOf, type Token } from './tokens.ts';

export type Operator = '+' | '-' | '*' | '/' | '^' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'AND' | 'OR';

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'negative'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] };

/** The weaker first; operators of one level bind from the left, but for `^`. */
const LEVELS: readonly (readonly string[])[] = [
  ['OR', '||'],
  ['AND', '&&'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
];
const OTHER_SPELLINGS: Readonly<Record<string, Operator>> = { '||': 'OR', '&&': 'AND' };
/** The parser recurses; AWS's expressions have at most 2,048 characters. */
const DEEPEST = 200;

/** Reads a metric math expression. @throws {SyntaxError} */
export function parse(expression: string): Expression {
  const parser = new Parser(tokensOf(expression));
  const parsed = parser.level(0);
  parser.requireEnd();
  return parsed;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  level(index: number): Expression {
    const signs = LEVELS[index];
    if (!signs) return this.#negative();
    let left = this.level(index + 1);
    for (let sign = this.#takeSign(...signs); sign !== undefined; sign = this.#takeSign(...signs)) {
      const operator = OTHER_SPELLINGS[sign] ?? (sign as Operator);
      left = { kind: 'binary', operator, left, right: this.level(index + 1) };
    }
    return left;
  }

  requireEnd(): void {
    const token = this.#tokens[this.#at];
    if (token) throw new SyntaxError(`unexpected '${token.value}'`);
  }

  #negative(): Expression {
    if (this.#takeSign('-') !== undefined) return { kind: 'negative', of: this.#deeper(() => this.#negative()) };
    const left = this.#single();
    if (this.#takeSign('^') === undefined) return left;
    return { kind: 'binary', operator: '^', left, right: this.#deeper(() => this.#negative()) };
  }

  #single(): Expression {
    const token = this.#tokens[this.#at];
    if (!token) throw new SyntaxError('it ends too early');
    this.#at += 1;
    if (token.kind === 'number' || token.kind === 'text') return token;
    if (token.kind === 'name') {
      if (this.#takeSign('(') === undefined) return { kind: 'name', name: token.value };
      return { kind: 'call', name: token.value, arguments: this.#items(')') };
    }
    if (token.value === '[') return { kind: 'list', items: this.#items(']') };
    if (token.value !== '(') throw new SyntaxError(`unexpected '${token.value}'`);
    const inside = this.#deeper(() => this.level(0));
    this.#require(')');
    return inside;
  }

  #items(end: string): readonly Expression[] {
    if (this.#takeSign(end) !== undefined) return [];
    const items = [this.#deeper(() => this.level(0))];
    while (this.#takeSign(',') !== undefined) items.push(this.#deeper(() => this.level(0)));
    this.#require(end);
    return items;
  }

  #takeSign(...signs: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || !signs.includes(token.value)) return undefined;
    this.#at += 1;
    return token.value;
  }

  #require(sign: string): void {
    if (this.#takeSign(sign) === undefined) throw new SyntaxError(`a '${sign}' is missing`);
  }

  #deeper<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new SyntaxError('it is nested too deeply');
    const result = read();
    this.#depth -= 1;
    return result;
  }
}
