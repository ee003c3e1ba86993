import type { TargetGroupConfig } from '../balancer.ts';
import { afterProbe } from './health.ts';
import { groupName, probeOf, serverName } from './names.ts';
import { inFlight, targetObservations, type Seen } from './observation.ts';
import { endProbe } from './servers.ts';

/** What is tended, as last seen. */
export interface Tended {
  /** Those that have backends. */
  readonly groups: readonly TargetGroupConfig[];
  readonly seen: Seen;
  readonly secret: string;
}

/** Decides what time brings: probes end, and servers go that nothing is sent to. */
export class Upkeep {
  /** When targets that are starting were first seen, by `BACKEND/SERVER`: epoch milliseconds. */
  readonly #startedAt = new Map<string, number>();

  /** Commands for the present worker. */
  due({ groups, seen, secret }: Tended, now: number): string[] {
    return [...groups.flatMap((group) => this.#probeCommands(group, seen, secret, now)), ...deletions(seen)];
  }

  #probeCommands(group: TargetGroupConfig, seen: Seen, secret: string, now: number): string[] {
    const name = groupName(group.arn);
    return group.targets.flatMap((target) => {
      const server = serverName(secret, target);
      const path = `${probeOf(name)}/${server}`;
      const probe = seen.present.get(path);
      if (!probe || target.draining || probe.text('status').startsWith('MAINT')) {
        this.#startedAt.delete(path);
        return [];
      }
      const startedAt = this.#startedAt.get(path) ?? now;
      this.#startedAt.set(path, startedAt);
      const becomes = afterProbe(probe, group.healthCheck, startedAt, now);
      if (becomes === 'initial') return [];
      return [...(becomes === 'healthy' ? [`set server ${name}/${server} health up`] : []), ...endProbe(path)];
    });
  }
}

/** Servers in maintenance that nothing is in flight to; one with an idle connection is left for the next time. */
const deletions = ({ present }: Seen): string[] =>
  [...present.values()]
    .filter((row) => row.text('status').startsWith('MAINT') && row.proxy.startsWith('g') && row.number('scur') === 0)
    .map((row) => `del server ${row.proxy}/${row.item}`);

/** Servers that drained too long and still have requests. */
export const overdue = (
  { groups, seen, secret }: Tended,
  now: number,
): { readonly group: string; readonly server: string }[] =>
  groups.flatMap((group) =>
    group.targets
      .filter(({ draining, drainBy }) => draining && (drainBy ?? Infinity) <= now)
      .map((target) => ({ group: groupName(group.arn), server: serverName(secret, target) }))
      .filter(({ group: name, server }) => inFlight(seen, name, server) > 0),
  );

/** Whether a target is starting, or draining with requests in flight. */
export const isRestless = ({ groups, seen, secret }: Tended): boolean =>
  groups.some((group) =>
    targetObservations(group, seen, secret).some(
      ({ health, inFlight: busy }) => health === 'initial' || (health === 'draining' && busy > 0),
    ),
  );
