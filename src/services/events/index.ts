import type * as Sdk from '@aws-sdk/client-eventbridge';
import { createDeliveryQueue } from '../../kernel/delivery-queue.ts';
import type { EmitEvent } from '../../kernel/platform-event.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { accept, envelopeOf } from './accept.ts';
import { createEventBus, deleteEventBus, describeEventBus, listEventBuses } from './actions/buses.ts';
import { putEvents, testEventPattern } from './actions/put-events.ts';
import {
  deleteRule,
  describeRule,
  disableRule,
  enableRule,
  listRuleNamesByTarget,
  listRules,
  putRule,
} from './actions/rules.ts';
import { listTagsForResource, tagResource, untagResource } from './actions/tags.ts';
import { listTargetsByRule, putTargets, removeTargets } from './actions/targets.ts';
import { deliveryWork } from './deliver/attempt.ts';
import type { EventsParts, EventsTools } from './deps.ts';
import { DEFAULT_BUS } from './records.ts';

/*
 * EventBridge: event buses, rules, and events that arrive.
 *
 * Not served, and refused with an error that says so: schedules (rules with ScheduleExpression); targets other than
 * functions, topics, log groups, event buses and URLs; dead letters; policies of buses (PutPermission); archives and
 * replays; connections and API destinations; partner sources; global endpoints; updates of buses.
 *
 * Kept and shown, without effect: roles of rules and targets, since nobody is refused.
 *
 * Different from AWS: a target may be a webhook, see targets.ts for its form; the default bus has no time of creation; an
 * event for a bus that is not there is answered with an error of its entry.
 */

export interface EventsService extends Service {
  readonly emit: EmitEvent;
}

export function events(parts: EventsParts): EventsService {
  const tools: EventsTools = { ...parts, deliver: (dues) => queue.add(dues) };
  const queue = createDeliveryQueue(parts.clock, parts.logger, deliveryWork(tools));
  return {
    name: 'events',
    actions: actionsOf(tools),
    emit: (scope, event) => accept(tools, scope, DEFAULT_BUS, envelopeOf(scope, event, parts.clock.now())),
    start: () => queue.start(),
    close: () => queue.close(),
  };
}

const actionsOf = (tools: EventsTools) =>
  ({
    CreateEventBus: createEventBus(tools),
    DeleteEventBus: deleteEventBus(tools),
    DeleteRule: deleteRule(tools),
    DescribeEventBus: describeEventBus(tools),
    DescribeRule: describeRule(tools),
    DisableRule: disableRule(tools),
    EnableRule: enableRule(tools),
    ListEventBuses: listEventBuses(tools),
    ListRuleNamesByTarget: listRuleNamesByTarget(tools),
    ListRules: listRules(tools),
    ListTagsForResource: listTagsForResource(tools),
    ListTargetsByRule: listTargetsByRule(tools),
    PutEvents: putEvents(tools),
    PutRule: putRule(tools),
    PutTargets: putTargets(tools),
    RemoveTargets: removeTargets(tools),
    TagResource: tagResource(tools),
    TestEventPattern: testEventPattern(),
    UntagResource: untagResource(tools),
  }) satisfies Actions<typeof Sdk>;
