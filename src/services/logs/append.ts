import type { AppendLogLines } from '../../kernel/log-lines.ts';
import type { AppendWith } from '../../store/append-with.ts';
import type { Transaction } from '../../store/store.ts';
import type { LogsDeps } from './deps.ts';
import { noGroup } from './faults.ts';
import { groupsIn, newGroup, newStream, streamsIn, within, type GroupRecord } from './records.ts';
import { storeEvents } from './store-events.ts';

/** Longer lines are cut where AWS's own agents cut them. Source: PutLogEvents, size of an event. */
const LONGEST = 1_048_576 - 26;

/** Takes the platform's own lines. Blank ones are left out: CloudWatch Logs has no empty events. */
export const createAppend =
  ({ store, clock, stored }: LogsDeps): AppendWith =>
  async (scope, to, lines, also) => {
    const now = clock.now().getTime();
    const events = lines
      .filter(({ message }) => message !== '')
      .map(({ at, message }) => ({ at: at.getTime(), message: message.slice(0, LONGEST) }));
    const done = await store.transaction(async (tx) => {
      const group = await groupOf(tx, scope, to, now);
      const stream = await streamOf(tx, scope, to, now);
      await also?.(tx);
      if (events.length === 0) return undefined;
      return { group, ...(await storeEvents(tx, scope, { group, stream }, events, now)) };
    });
    if (done) await stored({ scope, stream: to.stream, events, ingestedAt: now, ...done });
  };

async function groupOf(
  tx: Transaction,
  scope: Parameters<AppendLogLines>[0],
  { group: name, mayCreateGroup }: Parameters<AppendLogLines>[1],
  now: number,
): Promise<GroupRecord> {
  const found = await groupsIn(tx).get(scope, name);
  if (found) return found;
  if (!mayCreateGroup) throw noGroup();
  const made = newGroup(name, now);
  await groupsIn(tx).insert(scope, name, made);
  return made;
}

async function streamOf(
  tx: Transaction,
  scope: Parameters<AppendLogLines>[0],
  { group, stream: name }: Parameters<AppendLogLines>[1],
  now: number,
) {
  const found = await streamsIn(tx).get(scope, within(group, name));
  if (found) return found;
  const made = newStream(name, now);
  await streamsIn(tx).insert(scope, within(group, name), made, { parent: group });
  return made;
}
