import type { Deployment, Instant } from '../deployment.ts';
import type { Wait } from '../progress.ts';
import { planOf } from '../plan/plan-state.ts';
import type { Waiting } from './decision.ts';

/** A wait that people see, since the current step began. @param until - at the latest; nothing else ends some waits */
export const waitFor = (
  deployment: Deployment,
  what: Wait['for'],
  detail: string,
  until: Instant | undefined,
  pace: Waiting['pace'] = 'idle',
): Waiting => ({
  do: 'wait',
  because: detail,
  pace,
  wait: { for: what, detail, since: planOf(deployment).since, ...(until !== undefined && { until }) },
  ...(until !== undefined && { until }),
});
