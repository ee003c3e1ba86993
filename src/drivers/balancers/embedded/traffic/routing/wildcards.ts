/**
 * Compiles a pattern in which `*` stands for any run of characters and `?` for one. Time grows with the text's length,
 * whatever the pattern: between stars the first place that fits is the right one, so nothing is ever tried twice.
 *
 * @param escapes - whether a backslash takes the meaning of the character after it, as it does in query strings
 */
export function wildcards(pattern: string, escapes = false): (text: string) => boolean {
  const [first, ...later] = piecesOf(pattern, escapes).map((piece) => new Piece(piece));
  const last = later.pop();
  if (!first) return (text) => text === '';
  if (!last) return (text) => text.length === first.length && first.fits(text, 0);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !first.fits(text, 0) || !last.fits(text, end)) return false;
    let at = first.length;
    for (const piece of later) {
      at = piece.find(text, at);
      if (at < 0 || (at += piece.length) > end) return false;
    }
    return true;
  };
}

/** What stands between two stars: characters, of which `undefined` is any one. */
class Piece {
  readonly length: number;
  readonly #characters: readonly (string | undefined)[];
  /** Present where no character is any one. */
  readonly #text: string | undefined;

  constructor(characters: readonly (string | undefined)[]) {
    this.length = characters.length;
    this.#characters = characters;
    this.#text = characters.includes(undefined) ? undefined : characters.join('');
  }

  fits(text: string, at: number): boolean {
    if (this.#text !== undefined) return text.startsWith(this.#text, at);
    for (const [index, character] of this.#characters.entries())
      if (character !== undefined && character !== text[at + index]) return false;
    return true;
  }

  find(text: string, from: number): number {
    if (this.#text !== undefined) return text.indexOf(this.#text, from);
    for (let at = from; at <= text.length - this.length; at++) if (this.fits(text, at)) return at;
    return -1;
  }
}

function piecesOf(pattern: string, escapes: boolean): (string | undefined)[][] {
  const pieces: (string | undefined)[][] = [[]];
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === '*') pieces.push([]);
    else if (character === '?') pieces.at(-1)?.push(undefined);
    else if (character === '\\' && escapes && index + 1 < pattern.length) pieces.at(-1)?.push(pattern[(index += 1)]);
    else pieces.at(-1)?.push(character);
  }
  return pieces;
}
