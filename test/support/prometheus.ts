export interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusFamily {
  readonly help: string;
  readonly type: string;
  readonly samples: readonly PrometheusSample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/;
/** What the samples of a type may add to the family's name. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  summary: ['_sum', '_count'],
  histogram: ['_bucket', '_sum', '_count'],
};

/**
 * Reads Prometheus's text format 0.0.4 as strictly as its documentation says: each family once and in one piece, with
 * help and type before its samples, no sample twice, buckets that grow and end with all.
 */
export function parsePrometheus(text: string): ReadonlyMap<string, PrometheusFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, { help: string; type: string; samples: PrometheusSample[] }>();
  const seen = new Set<string>();
  let current = '';
  let help: { readonly name: string; readonly text: string } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const wrong = (why: string): Error => new Error(`${why}: ${line}`);
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      help = { name, text: rest };
    } else if (keyword === 'TYPE') {
      if (help?.name !== name) throw wrong('a type without its help');
      if (families.has(name)) throw wrong('a family in two pieces');
      if (!SUFFIXES[rest]) throw wrong('an unknown type');
      families.set(name, { help: unescaped(help.text), type: rest, samples: [] });
      current = name;
    } else {
      const sample = readSample(line);
      const family = families.get(current);
      const suffixes = SUFFIXES[family?.type ?? ''] ?? [];
      if (!family || !suffixes.some((suffix) => sample.name === current + suffix)) throw wrong('a sample astray');
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(key)) throw wrong('a sample twice');
      seen.add(key);
      family.samples.push(sample);
    }
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkBuckets(name, family.samples);
  return families;
}

/** The samples of a family under these labels, added up; `undefined` when there are none. */
export function total(
  families: ReadonlyMap<string, PrometheusFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  suffix = '',
): number | undefined {
  const fitting = (families.get(name)?.samples ?? []).filter(
    (sample) =>
      sample.name === name + suffix && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  );
  return fitting.length === 0 ? undefined : fitting.reduce((sum, { value }) => sum + value, 0);
}

function readSample(line: string): PrometheusSample {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) throw new Error(`no name: ${line}`);
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    for (;;) {
      const [pair, label = '', text = ''] = LABEL.exec(rest) ?? [];
      if (pair === undefined || label in labels) throw new Error(`no label: ${line}`);
      labels[label] = unescaped(text);
      rest = rest.slice(pair.length);
      if (rest.startsWith('}')) break;
      if (!rest.startsWith(',')) throw new Error(`no comma: ${line}`);
      rest = rest.slice(1);
    }
    rest = rest.slice(1);
  }
  const written = /^ ([-+]?(?:[0-9.]+(?:e[-+]?\d+)?|Inf)|NaN)$/.exec(rest)?.[1];
  if (written === undefined) throw new Error(`no value: ${line}`);
  return { name, labels, value: Number(written.replace('Inf', 'Infinity')) };
}

const unescaped = (text: string): string =>
  text.replace(/\\([\\"n])/g, (_, character: string) => (character === 'n' ? '\n' : character));

function checkBuckets(name: string, samples: readonly PrometheusSample[]): void {
  const series = new Map<string, PrometheusSample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, own] of series) {
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`).map(({ value }) => value);
    const count = own.find((sample) => sample.name === `${name}_count`)?.value;
    const grows = buckets.every((value, at) => value >= (buckets[at - 1] ?? 0));
    const last = own.findLast((sample) => sample.name === `${name}_bucket`)?.labels['le'];
    if (!grows || buckets.at(-1) !== count || last !== '+Inf') throw new Error(`wrong buckets of ${name} ${key}`);
  }
}
