import type { MetricDatum } from '../kernel/metrics.ts';
import type { Family, Labels, SummarySample } from '../kernel/readings.ts';
import type { Scope } from '../kernel/scope.ts';

/** What other sources tell in better words, or tell of users' own. */
const TOLD_ELSEWHERE: readonly string[] = ['AWS/ApplicationELB', 'AWS/ECS'];
/** Series beyond which the one that was published longest ago is dropped. */
const MOST_SERIES = 5_000;

interface Series {
  readonly family: string;
  readonly help: string;
  readonly labels: Labels;
  sum: number;
  count: number;
}

/**
 * Adds up what the platform publishes to CloudWatch under namespaces of AWS, whatever it is: the metric `Errors` of
 * `AWS/Lambda` becomes the summary `aws_lambda_errors`, with its dimensions as labels.
 */
export class Published {
  readonly #series = new Map<string, Series>();

  add({ account, region }: Scope, namespace: string, data: readonly MetricDatum[]): void {
    if (!namespace.startsWith('AWS/') || TOLD_ELSEWHERE.includes(namespace)) return;
    for (const { name, dimensions, unit, values } of data) {
      const own = Object.entries(dimensions).map(([key, value]) => [snakeCase(key), value] as const);
      const labels = { account, region, ...Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1))) };
      const key = JSON.stringify([namespace, name, labels]);
      const series = this.#series.get(key) ?? { ...named(namespace, name, unit), labels, sum: 0, count: 0 };
      for (const [value, count] of values) {
        series.sum += value * count;
        series.count += count;
      }
      // Put anew, so that the map is in order of use.
      this.#series.delete(key);
      this.#series.set(key, series);
    }
    for (const key of this.#series.keys()) {
      if (this.#series.size <= MOST_SERIES) break;
      this.#series.delete(key);
    }
  }

  families = (): Family[] => {
    const byName = new Map<string, { help: string; samples: SummarySample[] }>();
    for (const { family, help, labels, sum, count } of this.#series.values()) {
      const known = byName.get(family) ?? { help, samples: [] };
      byName.set(family, known);
      known.samples.push({ labels, sum, count });
    }
    return [...byName].map(([name, { help, samples }]) => ({ name, help, type: 'summary', samples }));
  };
}

const named = (namespace: string, name: string, unit: string) => ({
  family: snakeCase(`${namespace}_${name}`),
  help: `${name} of ${namespace}, as published to CloudWatch, in ${unit}.`,
});

/** Such as `aws_lambda_concurrent_executions`. */
const snakeCase = (words: string): string =>
  words
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/[^a-zA-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
    .toLowerCase();
