/** Names to values; every sample of one family has the same names, apart from those of `summary`. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: Labels;
  /** How many were above the bound before and at most this one, ascending; what was more than the last is in `count` only. */
  readonly buckets: readonly (readonly [atMost: number, count: number])[];
  readonly sum: number;
  readonly count: number;
}

export interface SummarySample {
  readonly labels: Labels;
  readonly sum: number;
  readonly count: number;
}

/** One metric as it stands now, in Prometheus's words: units are seconds, bytes and ratios. */
export type Family = { readonly name: string; readonly help: string } & (
  | { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] }
  | { readonly type: 'histogram'; readonly samples: readonly HistogramSample[] }
  | { readonly type: 'summary'; readonly samples: readonly SummarySample[] }
);

/** Reads metrics at the moment somebody asks for them. */
export type Readings = () => Promise<readonly Family[]>;

export const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'gauge',
  samples,
});

export const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'counter',
  samples,
});
