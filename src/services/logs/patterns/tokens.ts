import { invalidPattern } from './invalid-pattern.ts';

export interface Token {
  readonly kind: 'selector' | 'operator' | 'quoted' | 'regex' | 'word';
  readonly text: string;
}

const SELECTOR = String.raw`\$(?:\.[^\s.[\]=!<>&|(){},"]+|\[(?:\d+|\*|'[^']*'|"[^"]*")\])+`;
const TOKEN = new RegExp(
  String.raw`\s*(?:(${SELECTOR})|(&&|\|\||!=|<=|>=|[=<>()])|"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s=!<>&|()"%]+))\s*`,
  'y',
);

/** The words of a condition. @throws {InvalidParameterException} at what is none */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (!found) throw invalidPattern();
    tokens.push(tokenOf(found));
  }
  return tokens;
}

function tokenOf([, selector, operator, quoted, regex, word = '']: RegExpExecArray): Token {
  if (selector !== undefined) return { kind: 'selector', text: selector };
  if (operator !== undefined) return { kind: 'operator', text: operator };
  if (quoted !== undefined) return { kind: 'quoted', text: quoted.replace(/\\(["\\])/g, '$1') };
  return regex === undefined ? { kind: 'word', text: word } : { kind: 'regex', text: regex };
}
