import type { TimeSeries } from './math/series.ts';

/** What a label may name beside the series. */
export interface LabelContext {
  readonly account: string;
  readonly region: string;
  /** Such as `+0130`; by default UTC. */
  readonly timezone: string | undefined;
}

/** Source: CloudWatch User Guide, "Using dynamic labels". */
const MOST_PARTS = 6;
const PART = /\$\{\s*(?:PROP\(\s*'([^']+)'\s*\)|([A-Z_]+))\s*\}/g;
const NOTHING = '--';

export const isDynamic = (label: string | undefined): label is string => label !== undefined && /\$\{/.test(label);

/**
 * Writes a label with the dynamic parts that CloudWatch knows, such as `${LABEL}`, `${MAX}` and `${PROP('Dim.X')}`.
 * Others, and those beyond the sixth, stay as they are.
 */
export function labelOf(template: string, series: TimeSeries, context: LabelContext): string {
  let parts = 0;
  return template.replace(PART, (written, property: string | undefined, word: string | undefined) => {
    parts += 1;
    if (parts > MOST_PARTS) return written;
    const found = property === undefined ? wordOf(word ?? '', series, context) : propertyOf(property, series, context);
    return found ?? written;
  });
}

function propertyOf(name: string, { of }: TimeSeries, { account, region }: LabelContext): string | undefined {
  if (name === 'AccountId') return account;
  if (name === 'Region') return region;
  if (!of) return undefined;
  if (name.startsWith('Dim.')) {
    const dimension = name.slice('Dim.'.length);
    return Object.hasOwn(of.dimensions, dimension) ? of.dimensions[dimension] : undefined;
  }
  switch (name) {
    case 'MetricName':
      return of.name;
    case 'Namespace':
      return of.namespace;
    case 'Stat':
      return of.stat;
    case 'Period':
      return String(of.seconds);
    default:
      return undefined;
  }
}

function wordOf(word: string, series: TimeSeries, context: LabelContext): string | undefined {
  if (word === 'LABEL') return series.label;
  const { points } = series;
  if (word === 'DATAPOINT_COUNT') return String(points.length);
  const isTime = word.endsWith('_TIME');
  const chosen = isTime ? word.slice(0, -'_TIME'.length) : word;
  const sum = points.reduce((total, { value }) => total + value, 0);
  if (!isTime && chosen === 'SUM') return shown(points.length > 0 ? sum : undefined);
  if (!isTime && chosen === 'AVG') return shown(points.length > 0 ? sum / points.length : undefined);
  const point = pointOf(chosen, points);
  if (point === undefined) return undefined;
  return isTime ? stamp(point.at?.at, context) : shown(point.at?.value);
}

type Point = TimeSeries['points'][number];

/** @returns `undefined` for a word that means nothing; no point where there is no data */
function pointOf(word: string, points: readonly Point[]): { readonly at: Point | undefined } | undefined {
  switch (word) {
    case 'FIRST':
      return { at: points[0] };
    case 'LAST':
      return { at: points.at(-1) };
    case 'MAX':
      return { at: best(points, (a, b) => a > b) };
    case 'MIN':
      return { at: best(points, (a, b) => a < b) };
    default:
      return undefined;
  }
}

const best = (points: readonly Point[], isBetter: (a: number, b: number) => boolean): Point | undefined =>
  points.reduce<Point | undefined>((held, one) => (held && !isBetter(one.value, held.value) ? held : one), undefined);

/** Three digits after the point, or three that count: how AWS rounds is assumed. */
function shown(value: number | undefined): string {
  if (value === undefined) return NOTHING;
  return String(Number(Math.abs(value) < 0.01 ? value.toPrecision(3) : value.toFixed(3)));
}

function stamp(at: number | undefined, { timezone }: LabelContext): string {
  if (at === undefined) return NOTHING;
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d)(\d\d)$/.exec(timezone ?? '') ?? [];
  const shift = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(at + shift).toISOString().slice(0, 19).replace('T', ' ');
}
