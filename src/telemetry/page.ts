import { stopwatch } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { gauge, type Family, type Readings } from '../kernel/readings.ts';
import { writeFamilies } from './text-format.ts';

/** Where the page's metrics come from, by a name for people. */
export type Sources = Readonly<Record<string, Readings>>;

/**
 * Writes the page of all that the sources tell now. One that fails leaves out its own metrics and no others, and is told
 * of by `teal_metrics_source_up`.
 */
export async function writePage(sources: Sources, logger: Logger): Promise<string> {
  const elapsed = stopwatch();
  const read = await Promise.all(
    Object.entries(sources).map(async ([source, readings]) => {
      try {
        return { source, isUp: true, families: await readings() };
      } catch (cause) {
        logger.warn('metrics could not be read', { source, cause });
        return { source, isUp: false, families: [] };
      }
    }),
  );
  const own: Family[] = [
    gauge(
      'teal_metrics_source_up',
      'Whether the metrics of a part of Teal could be read.',
      read.map(({ source, isUp }) => ({ labels: { source }, value: Number(isUp) })),
    ),
    gauge('teal_metrics_read_seconds', 'Time to read all metrics for this page.', [{ labels: {}, value: elapsed() }]),
  ];
  return writeFamilies([...read.flatMap(({ families }) => families), ...own]);
}
