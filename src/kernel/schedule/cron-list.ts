/** The values that one field of a cron expression may have. */
export interface FieldRange {
  readonly least: number;
  readonly most: number;
  /** Of the values, from the least on. */
  readonly names?: readonly string[];
}

/** Reads values, ranges and steps joined with commas: `*`, `5`, `MON-FRI`, `0/15`, `1-10/2`. @returns `undefined` for any other text */
export function readList(text: string, range: FieldRange): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const read = readPart(part, range);
    if (!read) return undefined;
    for (const value of read) values.add(value);
  }
  return values;
}

function readPart(part: string, range: FieldRange): readonly number[] | undefined {
  const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const { least, most } = range;
  const from = first === '*' ? least : valueOf(first, range);
  const to = last === undefined ? (first === '*' || step !== undefined ? most : from) : valueOf(last, range);
  if (from === undefined || to === undefined || (first === '*' && last !== undefined)) return undefined;
  const by = step === undefined ? 1 : Number(step);
  if (by < 1 || by > most) return undefined;
  // A range may go over the end, as in FRI-MON.
  const count = (from <= to ? to - from : to - from + (most - least + 1)) + 1;
  return Array.from(
    { length: Math.ceil(count / by) },
    (_, n) => least + ((from - least + n * by) % (most - least + 1)),
  );
}

/** A number within the range, or the number of a name. */
export function valueOf(text: string, { least, most, names = [] }: FieldRange): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return least + named;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
}
