import type { Datapoint } from './decide.ts';
import { double, stamp } from './words.ts';

export interface Evaluation {
  /** When the metrics were asked. */
  readonly queriedAt: number;
  /** The real points it was decided by, newest first. */
  readonly points: readonly Datapoint[];
  /** Starts of all periods that count, newest first. */
  readonly periods: readonly number[];
  /** Configured seconds. */
  readonly period: number;
  readonly threshold: number;
  /** Of a metric; a metric math alarm has none. */
  readonly statistic?: string;
}

/** Writes StateReasonData. By hand, because AWS prints doubles as `5.0`. Source: spec/platform §12.7. */
export function reasonData({ queriedAt, points, periods, period, threshold, statistic }: Evaluation): string {
  const oldest = points.at(-1);
  const unit = points[0]?.unit;
  const members = [
    '"version":"1.0"',
    `"queryDate":"${stamp(queriedAt)}"`,
    oldest && `"startDate":"${stamp(oldest.at)}"`,
    statistic !== undefined && unit !== undefined && unit !== 'None' && `"unit":${JSON.stringify(unit)}`,
    statistic !== undefined && `"statistic":${JSON.stringify(statistic)}`,
    `"period":${period}`,
    `"recentDatapoints":[${points
      .map((point) => double(point.value))
      .reverse()
      .join(',')}]`,
    `"threshold":${double(threshold)}`,
    `"evaluatedDatapoints":[${periods.map((at) => evaluated(at, points)).join(',')}]`,
  ];
  return `{${members.filter((member) => typeof member === 'string').join(',')}}`;
}

function evaluated(at: number, points: readonly Datapoint[]): string {
  const point = points.find((candidate) => candidate.at === at);
  const samples = point?.sampleCount === undefined ? '' : `,"sampleCount":${double(point.sampleCount)}`;
  return `{"timestamp":"${stamp(at)}"${samples}${point ? `,"value":${double(point.value)}` : ''}}`;
}
