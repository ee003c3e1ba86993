/** What a metric must be like. */
export type Condition =
  | { readonly is: 'and' | 'or'; readonly all: readonly Condition[] }
  | { readonly is: 'not'; readonly of: Condition }
  | { readonly is: 'term'; readonly text: string; readonly exact: boolean; readonly property: string | undefined };

export interface Search {
  /** The namespace and exactly these dimensions. */
  readonly schema: { readonly namespace: string; readonly dimensions: readonly string[] } | undefined;
  readonly condition: Condition;
}

const LONGEST = 1024;
const DEEPEST = 50;

type Token = { readonly text: string; readonly quoted: boolean };

/**
 * Reads the text of a SEARCH: `{Namespace,Dimension} MetricName="x" (a OR NOT b)`.
 *
 * Terms side by side must all hold; AND binds stronger than OR. A property may be held against several terms in
 * parentheses.
 *
 * @throws {SyntaxError}
 * Source: CloudWatch User Guide, "CloudWatch search expression syntax".
 */
export function parseSearch(text: string): Search {
  if (text.length > LONGEST) throw new SyntaxError(`a search has at most ${LONGEST} characters`);
  const braced = /^\s*\{([^}]*)\}/.exec(text);
  if (!braced && /^\s*\{/.test(text)) throw new SyntaxError("a '}' is missing in a search");
  const tokens = tokensOf(braced ? text.slice(braced[0].length) : text);
  const parser = new SearchParser(tokens);
  return { schema: braced ? schemaOf(braced[1] ?? '') : undefined, condition: parser.whole() };
}

function schemaOf(text: string): Search['schema'] {
  const names = (text.match(/"[^"]*"|[^,]+/g) ?? []).map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  const [namespace, ...dimensions] = names.filter((name) => name !== '');
  if (namespace === undefined) throw new SyntaxError('the schema of a search needs a namespace');
  return { namespace, dimensions };
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:"([^"]*)"|([()=])|([^\s()="]+))/gy;
  while (pattern.lastIndex < text.trimEnd().length) {
    const found = pattern.exec(text);
    if (!found) throw new SyntaxError('a quotation mark in a search is not closed');
    tokens.push({ text: found[1] ?? found[2] ?? found[3] ?? '', quoted: found[1] !== undefined });
  }
  return tokens;
}

class SearchParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Condition {
    if (this.#tokens.length === 0) return { is: 'and', all: [] };
    const read = this.#or(undefined);
    const extra = this.#tokens[this.#at];
    if (extra) throw new SyntaxError(`unexpected '${extra.text}' in a search`);
    return read;
  }

  #or(property: string | undefined): Condition {
    const all = [this.#and(property)];
    while (this.#take('OR')) all.push(this.#and(property));
    return all.length === 1 && all[0] ? all[0] : { is: 'or', all };
  }

  #and(property: string | undefined): Condition {
    const all = [this.#single(property)];
    for (;;) {
      const isWord = this.#take('AND');
      if (!isWord && (this.#is('OR') || this.#is(')') || this.#at >= this.#tokens.length)) break;
      all.push(this.#single(property));
    }
    return all.length === 1 && all[0] ? all[0] : { is: 'and', all };
  }

  #single(property: string | undefined): Condition {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new SyntaxError('a search is nested too deeply');
    const read = this.#unary(property);
    this.#depth -= 1;
    return read;
  }

  #unary(property: string | undefined): Condition {
    if (this.#take('NOT')) return { is: 'not', of: this.#single(property) };
    if (this.#take('(')) return this.#closed(property);
    const token = this.#tokens[this.#at];
    if (!token || (!token.quoted && /^[()=]$|^(?:AND|OR)$/.test(token.text)))
      throw new SyntaxError(`${token ? `unexpected '${token.text}'` : 'a term is missing'} in a search`);
    this.#at += 1;
    if (property === undefined && this.#take('='))
      return this.#take('(') ? this.#closed(token.text) : this.#single(token.text);
    return { is: 'term', text: token.text, exact: token.quoted, property };
  }

  #closed(property: string | undefined): Condition {
    const inside = this.#or(property);
    if (!this.#take(')')) throw new SyntaxError("a ')' is missing in a search");
    return inside;
  }

  #is(text: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.text === text && !token.quoted;
  }

  #take(text: string): boolean {
    const found = this.#is(text);
    if (found) this.#at += 1;
    return found;
  }
}
