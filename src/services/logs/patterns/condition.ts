import { comparison, type Test } from './comparison.ts';
import { invalidPattern } from './invalid-pattern.ts';
import type { Token } from './tokens.ts';

/** Looks up what a name stands for; several parts where a selector names several. */
export type Look = (name: string) => readonly unknown[];
export type Condition = (look: Look) => boolean;

/**
 * Reads comparisons joined with `&&` and `||`, of which the first binds tighter, and parentheses.
 *
 * @param isName - whether a token may stand on the left of a comparison
 * @throws {InvalidParameterException}
 */
export function parseCondition(tokens: readonly Token[], isName: (token: Token) => boolean): Condition {
  const reader = new Reader(tokens, isName);
  const condition = reader.any();
  reader.requireEnd();
  return condition;
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #isName: (token: Token) => boolean;
  #at = 0;

  constructor(tokens: readonly Token[], isName: (token: Token) => boolean) {
    this.#tokens = tokens;
    this.#isName = isName;
  }

  any(): Condition {
    const parts = [this.#all()];
    while (this.#takes('||')) parts.push(this.#all());
    return (look) => parts.some((part) => part(look));
  }

  requireEnd(): void {
    if (this.#at < this.#tokens.length) throw invalidPattern();
  }

  #all(): Condition {
    const parts = [this.#one()];
    while (this.#takes('&&')) parts.push(this.#one());
    return (look) => parts.every((part) => part(look));
  }

  #one(): Condition {
    if (!this.#takes('(')) return this.#comparison();
    const inner = this.any();
    if (!this.#takes(')')) throw invalidPattern();
    return inner;
  }

  #comparison(): Condition {
    const name = this.#next();
    if (!this.#isName(name)) throw invalidPattern();
    const operator = this.#next();
    if (operator.kind === 'word') return this.#claim(name.text, operator.text);
    if (operator.kind !== 'operator' || /[&|()]/.test(operator.text)) throw invalidPattern();
    const test = comparison(operator.text, this.#next());
    return (look) => look(name.text).some(test);
  }

  /** `IS NULL`, `IS TRUE`, `IS FALSE`, `EXISTS`, `NOT EXISTS`. */
  #claim(name: string, first: string): Condition {
    const claim = first.toUpperCase();
    if (claim === 'EXISTS') return (look) => look(name).length > 0;
    const second = this.#next().text.toUpperCase();
    if (claim === 'NOT' && second === 'EXISTS') return (look) => look(name).length === 0;
    const wanted = claim === 'IS' ? CLAIMS[second] : undefined;
    if (!wanted) throw invalidPattern();
    return (look) => look(name).some(wanted);
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (!token) throw invalidPattern();
    return token;
  }

  #takes(operator: string): boolean {
    const token = this.#tokens[this.#at];
    const isNext = token?.kind === 'operator' && token.text === operator;
    if (isNext) this.#at++;
    return isNext;
  }
}

const CLAIMS: Readonly<Record<string, Test | undefined>> = {
  NULL: (part) => part === null,
  TRUE: (part) => part === true,
  FALSE: (part) => part === false,
};
