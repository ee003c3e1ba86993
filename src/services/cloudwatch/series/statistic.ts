import type { Summary } from './summary.ts';

/** Gives a statistic of some data; `undefined` when there is none, or the values are not known that it needs. */
export type Statistic = (summary: Summary) => number | undefined;

const BASIC: Readonly<Record<string, Statistic>> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

export const isBasic = (stat: string): boolean => Object.hasOwn(BASIC, stat);

/**
 * Finds a statistic by its name: the five basic ones, `p95.5`, `tm90`, `TM(10%:90%)`, `PR(0:0.3)`, `IQM`, … (letters
 * small or large).
 *
 * @returns `undefined` when there is none of this name
 * Source: Amazon CloudWatch User Guide, "Statistics definitions".
 */
export function findStatistic(stat: string): Statistic | undefined {
  if (Object.hasOwn(BASIC, stat)) return BASIC[stat];
  if (/^iqm$/i.test(stat)) return trimmed('tm', { share: 0.25 }, { share: 0.75 });
  const short = /^(p|tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)$/i.exec(stat);
  if (short) return ofShare(short[1]?.toLowerCase() ?? '', Number(short[2]) / 100);
  const long = /^(tm|wm|tc|ts|pr)\(([^:()]*):([^:()]*)\)$/i.exec(stat);
  return long ? ofRange(long[1]?.toLowerCase() ?? '', long[2] ?? '', long[3] ?? '') : undefined;
}

function ofShare(kind: string, share: number): Statistic | undefined {
  if (share > 1) return undefined;
  return kind === 'p' ? (summary) => percentile(summary, share) : trimmed(kind, { share: 0 }, { share });
}

function ofRange(kind: string, from: string, to: string): Statistic | undefined {
  const [low, high] = [boundOf(from, 'low'), boundOf(to, 'high')];
  if (!low || !high || (from === '' && to === '')) return undefined;
  const isMixed = from !== '' && to !== '' && 'share' in low !== 'share' in high;
  if (isMixed || (kind === 'pr' && ('share' in low || 'share' in high))) return undefined;
  return trimmed(kind, low, high);
}

/** A share of the data from 0 to 1, counted from the lowest, or a value. */
type Bound = { readonly share: number } | { readonly value: number };

function boundOf(text: string, side: 'low' | 'high'): Bound | undefined {
  if (text === '') return side === 'low' ? { value: -Infinity } : { value: Infinity };
  const read = /^(-?\d+(?:\.\d+)?)(%?)$/.exec(text);
  if (!read) return undefined;
  const value = Number(read[1]);
  if (read[2] === '') return { value };
  return value >= 0 && value <= 100 ? { share: value / 100 } : undefined;
}

/** The smallest value that so many are not above. */
function percentile(summary: Summary, share: number): number | undefined {
  const values = sorted(summary);
  if (!values) return undefined;
  const wanted = share * summary.count;
  let seen = 0;
  for (const [value, count] of values) {
    seen += count;
    // A rounding error must not reach for the next value.
    if (seen >= wanted - 1e-9 * summary.count) return clamp(value, summary);
  }
  return summary.max;
}

/** Values that lie on a grid may lie beyond what was seen. */
const clamp = (value: number, { min, max }: Summary): number => Math.min(max, Math.max(min, value));

const sorted = ({ values, count }: Summary) =>
  values && count > 0 ? [...values].sort(([a], [b]) => a - b) : undefined;

/** How much of the data lies below, within and above the bounds. */
interface Parts {
  readonly within: number;
  readonly sum: number;
  readonly below: number;
  readonly above: number;
  readonly lowest: number;
  readonly highest: number;
}

function trimmed(kind: string, low: Bound, high: Bound): Statistic {
  return (summary) => {
    const values = sorted(summary);
    if (!values) return undefined;
    const parts = partsOf(values, summary, low, high);
    if (kind === 'tc') return parts.within;
    if (kind === 'pr') return (100 * parts.within) / summary.count;
    if (parts.within === 0) return undefined;
    if (kind === 'ts') return parts.sum;
    if (kind === 'tm') return parts.sum / parts.within;
    const winsorized = parts.sum + parts.below * parts.lowest + parts.above * parts.highest;
    return winsorized / summary.count;
  };
}

function partsOf(values: readonly (readonly [number, number])[], summary: Summary, low: Bound, high: Bound): Parts {
  let [seen, within, sum, below, lowest, highest] = [0, 0, 0, 0, Infinity, -Infinity];
  for (const [value, count] of values) {
    const from = 'share' in low ? low.share * summary.count : value > low.value ? 0 : Infinity;
    const to = 'share' in high ? high.share * summary.count : value <= high.value ? Infinity : 0;
    const kept = Math.max(0, Math.min(seen + count, to) - Math.max(seen, from));
    if (kept > 0) {
      lowest = Math.min(lowest, clamp(value, summary));
      highest = Math.max(highest, clamp(value, summary));
      sum += clamp(value, summary) * kept;
    }
    below += Math.max(0, Math.min(seen + count, from) - seen);
    within += kept;
    seen += count;
  }
  return { within, sum, below, above: summary.count - within - below, lowest, highest };
}
