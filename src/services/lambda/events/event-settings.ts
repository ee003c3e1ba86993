import { seconds } from '../../../kernel/span.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Qualified } from '../qualified.ts';
import { eventConfigsIn, LATEST, qualifiedId } from '../records.ts';
import { USUAL_LIMITS, type EventLimits } from './after-attempt.ts';

/** How events of one qualifier are treated; ARNs are absent where nothing is to be told. */
export interface EventSettings {
  readonly limits: EventLimits;
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
  readonly deadLetterTarget: string | undefined;
}

export async function readEventSettings(tx: Transaction, scope: Scope, called: Qualified): Promise<EventSettings> {
  const { latest, qualifier = LATEST, record } = called;
  const config = await eventConfigsIn(tx).get(scope, qualifiedId(latest.name, qualifier));
  return {
    limits: {
      retries: config?.maximumRetryAttempts ?? USUAL_LIMITS.retries,
      age: config?.maximumEventAge === undefined ? USUAL_LIMITS.age : seconds(config.maximumEventAge),
    },
    onSuccess: config?.onSuccess,
    onFailure: config?.onFailure,
    deadLetterTarget: record.deadLetterTarget,
  };
}
