import type { AlarmView } from '../../../aws/deployment-alarms.ts';
import { seconds } from '../../../kernel/span.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { EcsDeps } from '../deps.ts';

/** Reads alarms of deployments, no oftener than they can change. */
export interface AlarmWatch {
  /** Those that exist; `undefined` when they cannot be read now. */
  read(scope: Scope, names: readonly string[]): Promise<readonly AlarmView[] | undefined>;
}

/** The shortest period of an alarm, which the time scale divides too. Source: PutMetricAlarm. */
const SHORTEST_PERIOD = seconds(10);

interface Seen {
  readonly at: number;
  readonly alarms: readonly AlarmView[] | undefined;
}

export function createAlarmWatch({ alarms, clock, logger }: Pick<EcsDeps, 'alarms' | 'clock' | 'logger'>): AlarmWatch {
  const seen = new Map<string, Seen>();
  return {
    async read(scope, names) {
      const key = [scope.account, scope.region, ...names].join('\n');
      const now = clock.now().getTime();
      const fresh = clock.scaled(SHORTEST_PERIOD);
      for (const [name, { at }] of seen) if (now - at >= fresh) seen.delete(name);
      const known = seen.get(key);
      if (known) return known.alarms;
      const found = await alarms.read(scope, names).catch((cause: unknown) => {
        logger.warn('the alarms of a deployment could not be read', { names, cause });
        return undefined;
      });
      seen.set(key, { at: now, alarms: found });
      return found;
    },
  };
}
