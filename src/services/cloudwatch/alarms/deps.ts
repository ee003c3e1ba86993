import type { Bell } from '../../../kernel/bell.ts';
import type { MathQuery, MathSpan, MathValue, ReadSeries } from '../math/series.ts';
import type { CloudWatchParts } from '../deps.ts';
import type { MetricReader } from '../metric-reader.ts';

export type EvaluateMath = (
  queries: readonly MathQuery[],
  readSeries: ReadSeries,
  span: MathSpan,
) => Promise<ReadonlyMap<string, MathValue>>;

/** What alarms are built from. */
export interface AlarmParts extends Omit<CloudWatchParts, 'bell'> {
  readonly reader: MetricReader;
  readonly evaluateMath: EvaluateMath;
}

export interface AlarmDeps extends AlarmParts {
  /** Rung when an alarm was changed by hand. */
  readonly bell: Bell;
}
