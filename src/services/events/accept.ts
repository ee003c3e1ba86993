import { matchesPattern } from '../../kernel/event-pattern/matches-pattern.ts';
import { readPattern } from '../../kernel/event-pattern/read-pattern.ts';
import { newId } from '../../kernel/ids.ts';
import type { PlatformEvent } from '../../kernel/platform-event.ts';
import type { Scope } from '../../kernel/scope.ts';
import { dueOf } from './deliver/due.ts';
import type { EventsTools } from './deps.ts';
import { deliveriesIn, rulesIn, type DeliveryRecord, type EventEnvelope, type RuleRecord } from './records.ts';
import { inputOf } from './target-input.ts';
import { placeOf } from './targets.ts';

export const envelopeOf = (scope: Scope, event: PlatformEvent, at: Date, id: string = newId.uuid()): EventEnvelope => ({
  version: '0',
  id,
  'detail-type': event.detailType,
  source: event.source,
  account: scope.account,
  time: at.toISOString().replace(/\.\d+Z$/, 'Z'),
  region: scope.region,
  resources: event.resources,
  detail: event.detail,
});

/** Keeps an event for every target of every rule that it matches, before it resolves. */
export async function accept(
  tools: EventsTools,
  scope: Scope,
  bus: string,
  event: EventEnvelope,
  isForwarded = false,
): Promise<void> {
  const rules = (await rulesIn(tools.store).list(scope, bus)).filter((rule) => matches(rule, event));
  const now = tools.clock.now();
  const promised = rules.flatMap((rule) => deliveriesOf(rule, event, now, isForwarded));
  if (promised.length === 0) return;
  await tools.store.transaction(async (tx) => {
    for (const delivery of promised) await deliveriesIn(tx).insert(scope, delivery.id, delivery);
  });
  tools.deliver(promised.map((delivery) => dueOf(scope, delivery)));
}

const matches = (rule: RuleRecord, event: EventEnvelope): boolean =>
  rule.isEnabled &&
  rule.pattern !== undefined &&
  rule.targets.length > 0 &&
  matchesPattern(readPattern(rule.pattern), event);

/** An event from another bus goes on to no third: rules that name each other's bus would never end. As with AWS. */
export const deliveriesOf = (
  rule: RuleRecord,
  event: EventEnvelope,
  now: Date,
  isForwarded: boolean,
): DeliveryRecord[] =>
  rule.targets
    .filter((target) => !isForwarded || placeOf(target.Arn)?.to !== 'bus')
    .map((target) => ({
      id: newId.uuid(),
      ruleName: rule.name,
      ruleArn: rule.arn,
      target,
      event,
      body: inputOf(target, event, rule, now),
      isForwarded,
      failures: 0,
      acceptedAt: now.getTime(),
      dueAt: now.getTime(),
    }));
