import type { Family, HistogramSample, Labels } from '../kernel/readings.ts';

/**
 * Writes families as Prometheus reads them; a family without samples is left out.
 * Source: Prometheus documentation, text-based format 0.0.4.
 */
export function writeFamilies(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const family of families) {
    if (family.samples.length === 0) continue;
    lines.push(
      `# HELP ${family.name} ${family.help.replace(/[\\\n]/g, escaped)}`,
      `# TYPE ${family.name} ${family.type}`,
    );
    lines.push(...linesOf(family));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function linesOf(family: Family): string[] {
  const { name } = family;
  if (family.type === 'histogram') return family.samples.flatMap((sample) => histogramLines(name, sample));
  if (family.type === 'summary')
    return family.samples.flatMap(({ labels, sum, count }) => [
      line(`${name}_sum`, labels, sum),
      line(`${name}_count`, labels, count),
    ]);
  return family.samples.map(({ labels, value }) => line(name, labels, value));
}

/** Buckets are cumulative there. */
function histogramLines(name: string, { labels, buckets, sum, count }: HistogramSample): string[] {
  let below = 0;
  return [
    ...buckets.map(([atMost, inside]) => {
      below += inside;
      return line(`${name}_bucket`, { ...labels, le: valueText(atMost) }, below);
    }),
    line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text.replace(/["\\\n]/g, escaped)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${valueText(value)}`;
}

const escaped = (character: string): string => (character === '\n' ? '\\n' : `\\${character}`);

function valueText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}
