import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { readDimensionKey } from './dimensions.ts';
import { invalidCombination, invalidValue, missingParameter } from './faults.ts';
import type { Summary } from './series/summary.ts';

export interface ReadDatum {
  readonly name: string;
  /** As `dimensionKey` writes it. */
  readonly dimensions: string;
  readonly unit: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly resolution: 1 | 60;
  readonly merge: (summary: Summary) => void;
}

const TWO_WEEKS = 14 * 24 * 3_600_000;
const TWO_HOURS = 2 * 3_600_000;
const LARGEST = 2 ** 360;
const MOST_VALUES = 150;

/**
 * Reads and checks one datum of PutMetricData. Source: platform.md §12.2.
 *
 * @param number - its own among the data of the request, from 1
 * @param now - epoch milliseconds
 * @throws {InvalidParameterValue | InvalidParameterCombination | MissingParameter}
 */
export function readDatum(datum: MetricDatum, number: number, now: number): ReadDatum {
  const at: Place = (member) => `MetricData.member.${number}.${member}`;
  return {
    name: datum.MetricName ?? '',
    dimensions: readDimensionKey(datum.Dimensions),
    unit: datum.Unit ?? 'None',
    at: readTimestamp(datum.Timestamp, at, now),
    resolution: readResolution(datum.StorageResolution, at),
    merge: readValues(datum, at),
  };
}

/** Writes where a member stands, such as `MetricData.member.1.Value`: only errors do. */
type Place = (member: string) => string;

function readTimestamp(timestamp: Date | undefined, at: Place, now: number): number {
  const read = timestamp?.getTime() ?? now;
  if (read < now - TWO_WEEKS)
    throw invalidValue(`The parameter ${at('Timestamp')} must specify a time within the past two weeks.`);
  if (read > now + TWO_HOURS)
    throw invalidValue(`The parameter ${at('Timestamp')} must specify a time no more than two hours in the future.`);
  return read;
}

function readResolution(resolution: number | undefined, at: Place): 1 | 60 {
  if (resolution === undefined || resolution === 60) return 60;
  if (resolution === 1) return 1;
  throw invalidValue(
    `The value ${resolution} for parameter ${at('StorageResolution')} is invalid: it must be 1 or 60.`,
  );
}

function readValues(datum: MetricDatum, at: Place): ReadDatum['merge'] {
  const { Value: value, Values: values, Counts: counts, StatisticValues: set } = datum;
  requireOne(datum, at);
  if (value !== undefined) {
    requireNumber(value, at, 'Value');
    return (summary) => summary.addValue(value, 1);
  }
  if (values !== undefined) return readList(values, counts, at);
  if (set !== undefined) return readSet(set, at);
  throw missingParameter(at('Value'));
}

function requireOne({ Value, Values, StatisticValues }: MetricDatum, at: Place): void {
  if (Values === undefined && StatisticValues === undefined) return;
  const given = Object.entries({ Value, Values, StatisticValues }).filter(([, held]) => held !== undefined);
  const [first = '', second] = given.map(([member]) => at(member));
  if (second !== undefined)
    throw invalidCombination(
      `The parameters ${first} and ${second} are mutually exclusive and you have specified both.`,
    );
}

function readList(values: readonly number[], counts: readonly number[] | undefined, at: Place) {
  if (counts !== undefined && counts.length !== values.length)
    throw invalidValue(`The parameters ${at('Values')} and ${at('Counts')} must be of the same size.`);
  if (values.length > MOST_VALUES)
    throw invalidValue(`The collection ${at('Values')} must not have a size greater than ${MOST_VALUES}.`);
  if (values.length === 0) throw missingParameter(at('Values.member.1'));
  const pairs = values.map((value, index) => {
    const count = counts?.[index] ?? 1;
    requireNumber(value, at, `Values.member.${index + 1}`);
    if (!(count > 0 && count <= Number.MAX_SAFE_INTEGER)) throw notANumber(count, at(`Counts.member.${index + 1}`));
    return [value, count] as const;
  });
  return (summary: Summary) => {
    for (const [value, count] of pairs) summary.addValue(value, count);
  };
}

function readSet(set: NonNullable<MetricDatum['StatisticValues']>, at: Place): ReadDatum['merge'] {
  const [count, sum, min, max] = [set.SampleCount ?? 0, set.Sum ?? 0, set.Minimum ?? 0, set.Maximum ?? 0];
  for (const [member, value] of Object.entries({ SampleCount: count, Sum: sum, Minimum: min, Maximum: max }))
    requireNumber(value, at, `StatisticValues.${member}`);
  if (count <= 0) throw notANumber(count, at('StatisticValues.SampleCount'));
  if (min > max)
    throw invalidValue(
      `The parameter ${at('StatisticValues.Minimum')} must be less than or equal to ${at('StatisticValues.Maximum')}.`,
    );
  return (summary) => summary.addTotals({ count, sum, min, max });
}

/** NaN, the infinities, and what is larger than CloudWatch takes. */
function requireNumber(value: number, at: Place, member: string): void {
  if (!(Math.abs(value) <= LARGEST)) throw notANumber(value, at(member));
}

const notANumber = (value: number, place: string): Error =>
  invalidValue(`The value ${value} for parameter ${place} is invalid.`);
