import type { MetricFilterMatchRecord, TestMetricFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Action } from '../../../wire/types.ts';
import { compilePattern } from '../patterns/pattern.ts';

export const testMetricFilter: Action<typeof TestMetricFilterCommand> = ({ filterPattern, logEventMessages }) => {
  const pattern = compilePattern(filterPattern);
  const matches = logEventMessages.flatMap((eventMessage, index): MetricFilterMatchRecord[] => {
    const found = pattern.match(eventMessage);
    return found ? [{ eventNumber: index + 1, eventMessage, extractedValues: found.values }] : [];
  });
  return { matches };
};
