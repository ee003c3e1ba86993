import type { Step } from './steps.ts';
import type { Sample } from './traffic.ts';

/** The demo's closing table: requests, failures, and each version's share at each step. */
export function report(
  samples: readonly Sample[],
  steps: readonly Step[],
  endedAt: number,
  wallSeconds: number,
): string {
  const failures = samples.filter((sample) => sample.failure !== undefined);
  const rows = steps.map((step) => {
    const end = step.endedAt ?? endedAt;
    const within = samples.filter((sample) => sample.at >= step.startedAt && sample.at < end);
    return [
      step.name,
      String(within.length),
      share(within, 'v1'),
      share(within, 'v2'),
      String(within.filter((sample) => sample.failure).length),
    ];
  });
  const reasons = [...new Set(failures.map((sample) => sample.failure))];
  return [
    table([['step', 'requests', 'v1', 'v2', 'failed'], ...rows]),
    '',
    `requests ${samples.length}   failures ${failures.length}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}   wall time ${wallSeconds.toFixed(1)} s`,
  ].join('\n');
}

function share(samples: readonly Sample[], version: string): string {
  if (samples.length === 0) return '–';
  const answered = samples.filter((sample) => sample.version === version).length;
  return `${((answered / samples.length) * 100).toFixed(1)} %`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  const [head = [], ...body] = rows;
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}
