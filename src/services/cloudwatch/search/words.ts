const PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\sA-Za-z\d]?[^\x00-\x7f]+/g;

/** The parts that a name is made of, in small letters: `CustomCount1` has `custom`, `count` and `1`. */
const partsOf = (text: string): readonly string[] => (text.match(PART) ?? []).map((part) => part.toLowerCase());

/**
 * Whether a text holds the parts of a term side by side: `CustomCount1` holds `count`, `customcount` and `Count 1`.
 *
 * Source: CloudWatch User Guide, "CloudWatch search expression syntax", partial matches; the finer rules are assumed.
 */
export function holdsTerm(text: string, term: string): boolean {
  const wanted = partsOf(term).join('');
  if (wanted === '') return false;
  const parts = partsOf(text);
  for (let from = 0; from < parts.length; from += 1) {
    let run = '';
    for (let to = from; to < parts.length && run.length < wanted.length; to += 1) run += parts[to] ?? '';
    if (run === wanted) return true;
  }
  return false;
}
