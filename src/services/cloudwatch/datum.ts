import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { readDimensions } from './dimensions.ts';
import { invalidCombination, invalidValue, missingParameter } from './faults.ts';
import { dimensionKey } from './series/metric-identity.ts';
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
 * @param place - where it stands, such as `MetricData.member.1`
 * @param now - epoch milliseconds
 * @throws {InvalidParameterValue | InvalidParameterCombination | MissingParameter}
 */
export function readDatum(datum: MetricDatum, place: string, now: number): ReadDatum {
  return {
    name: datum.MetricName ?? '',
    dimensions: dimensionKey(readDimensions(datum.Dimensions)),
    unit: datum.Unit ?? 'None',
    at: readTimestamp(datum.Timestamp, `${place}.Timestamp`, now),
    resolution: readResolution(datum.StorageResolution, `${place}.StorageResolution`),
    merge: readValues(datum, place),
  };
}

function readTimestamp(timestamp: Date | undefined, place: string, now: number): number {
  const at = timestamp?.getTime() ?? now;
  if (at < now - TWO_WEEKS) throw invalidValue(`The parameter ${place} must specify a time within the past two weeks.`);
  if (at > now + TWO_HOURS)
    throw invalidValue(`The parameter ${place} must specify a time no more than two hours in the future.`);
  return at;
}

function readResolution(resolution: number | undefined, place: string): 1 | 60 {
  if (resolution === undefined || resolution === 60) return 60;
  if (resolution === 1) return 1;
  throw invalidValue(`The value ${resolution} for parameter ${place} is invalid: it must be 1 or 60.`);
}

function readValues(datum: MetricDatum, place: string): ReadDatum['merge'] {
  const { Value: value, Values: values, Counts: counts, StatisticValues: set } = datum;
  const given = Object.entries({ Value: value, Values: values, StatisticValues: set })
    .filter(([, held]) => held !== undefined)
    .map(([member]) => `${place}.${member}`);
  if (given.length > 1)
    throw invalidCombination(
      `The parameters ${given[0]} and ${given[1]} are mutually exclusive and you have specified both.`,
    );
  if (value !== undefined) {
    requireNumber(value, `${place}.Value`);
    return (summary) => summary.addValue(value, 1);
  }
  if (values !== undefined) return readList(values, counts, place);
  if (set !== undefined) return readSet(set, `${place}.StatisticValues`);
  throw missingParameter(`${place}.Value`);
}

function readList(values: readonly number[], counts: readonly number[] | undefined, place: string) {
  if (counts !== undefined && counts.length !== values.length)
    throw invalidValue(`The parameters ${place}.Values and ${place}.Counts must be of the same size.`);
  if (values.length > MOST_VALUES)
    throw invalidValue(`The collection ${place}.Values must not have a size greater than ${MOST_VALUES}.`);
  if (values.length === 0) throw missingParameter(`${place}.Values.member.1`);
  const pairs = values.map((value, index) => {
    const count = counts?.[index] ?? 1;
    requireNumber(value, `${place}.Values.member.${index + 1}`);
    if (!(count > 0 && count <= Number.MAX_SAFE_INTEGER))
      throw notANumber(count, `${place}.Counts.member.${index + 1}`);
    return [value, count] as const;
  });
  return (summary: Summary) => {
    for (const [value, count] of pairs) summary.addValue(value, count);
  };
}

function readSet(set: NonNullable<MetricDatum['StatisticValues']>, place: string): ReadDatum['merge'] {
  const [count, sum, min, max] = [set.SampleCount ?? 0, set.Sum ?? 0, set.Minimum ?? 0, set.Maximum ?? 0];
  for (const [member, value] of Object.entries({ SampleCount: count, Sum: sum, Minimum: min, Maximum: max }))
    requireNumber(value, `${place}.${member}`);
  if (count <= 0) throw notANumber(count, `${place}.SampleCount`);
  if (min > max) throw invalidValue(`The parameter ${place}.Minimum must be less than or equal to ${place}.Maximum.`);
  return (summary) => summary.addTotals({ count, sum, min, max });
}

/** NaN, the infinities, and what is larger than CloudWatch takes. */
function requireNumber(value: number, place: string): void {
  if (!(Math.abs(value) <= LARGEST)) throw notANumber(value, place);
}

const notANumber = (value: number, place: string): Error =>
  invalidValue(`The value ${value} for parameter ${place} is invalid.`);
