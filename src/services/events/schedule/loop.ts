import type { Bell } from '../../../kernel/bell.ts';
import { dueOf, readSchedule } from '../../../kernel/schedule/schedule.ts';
import { millis, minutes } from '../../../kernel/span.ts';
import type { Kept } from '../../../store/store.ts';
import { deliveriesOf, envelopeOf } from '../accept.ts';
import { dueOf as deliveryDue } from '../deliver/due.ts';
import type { EventsTools } from '../deps.ts';
import { deliveriesIn, rulesIn, type DeliveryRecord, type RuleRecord } from '../records.ts';

const LONGEST_WAIT = minutes(1);
const AFTER_TROUBLE = millis(1000);

/** Makes an event for each rule whose schedule is due. @param wake - rings when a rule has changed */
export function startSchedules(tools: EventsTools, wake: Bell): { close(): Promise<void> } {
  const closing = new AbortController();
  const { clock, logger } = tools;
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const nextAt = await fireDue(tools).catch((cause: unknown) => {
        logger.error('schedules could not be looked at', { cause });
        return clock.now().getTime() + AFTER_TROUBLE;
      });
      const wait = Math.max(1, Math.min(LONGEST_WAIT, nextAt - clock.now().getTime()));
      await wake.wait(millis(Math.ceil(wait)), closing.signal);
    }
  };
  const running = run();
  return {
    async close() {
      closing.abort();
      wake.ring();
      await running;
    },
  };
}

/** @returns epoch milliseconds of what is due next */
async function fireDue(tools: EventsTools): Promise<number> {
  let nextAt = Infinity;
  for (const kept of await rulesIn(tools.store).everywhere()) {
    const due = statusOf(tools, kept.record);
    if (due?.isDue) {
      await fire(tools, kept);
      nextAt = Math.min(nextAt, tools.clock.now().getTime());
    } else nextAt = Math.min(nextAt, due?.nextAt ?? Infinity);
  }
  return nextAt;
}

function statusOf({ clock }: EventsTools, { isEnabled, schedule, scheduledFrom: from }: RuleRecord) {
  const read = schedule === undefined || !isEnabled ? undefined : readSchedule(schedule);
  if (!read || from === undefined) return undefined;
  return dueOf(read, from, clock.now().getTime(), (span) => clock.scaled(span));
}

/** The event is kept for its targets, and the rule moved on, as one: a crash neither loses nor doubles it. */
async function fire(tools: EventsTools, { scope, id }: Pick<Kept<RuleRecord>, 'scope' | 'id'>): Promise<void> {
  const promised = await tools.store.transaction(async (tx): Promise<readonly DeliveryRecord[]> => {
    const rule = await rulesIn(tx).get(scope, id);
    if (!rule) return [];
    const due = statusOf(tools, rule);
    if (!due?.isDue) return [];
    const event = { source: 'aws.events', detailType: 'Scheduled Event', resources: [rule.arn], detail: {} };
    const envelope = envelopeOf(scope, event, new Date(due.dueAt));
    const deliveries = deliveriesOf(rule, envelope, tools.clock.now(), false);
    for (const delivery of deliveries) await deliveriesIn(tx).insert(scope, delivery.id, delivery);
    await rulesIn(tx).put(scope, id, { ...rule, scheduledFrom: due.from });
    return deliveries;
  });
  tools.deliver(promised.map((delivery) => deliveryDue(scope, delivery)));
}
