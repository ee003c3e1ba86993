import type * as Sdk from '@aws-sdk/client-eventbridge';
import { createBell } from '../../kernel/bell.ts';
import { createDeliveryQueue } from '../../kernel/delivery-queue.ts';
import type { EmitEvent } from '../../kernel/platform-event.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { accept, envelopeOf } from './accept.ts';
import { createEventBus, deleteEventBus, describeEventBus, listEventBuses, updateEventBus } from './actions/buses.ts';
import { putPermission, removePermission } from './actions/permissions.ts';
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
import { startSchedules } from './schedule/loop.ts';

/*
 * EventBridge: event buses, rules, and events that arrive.
 *
 * Not served, and refused with an error that says so: targets other than functions, topics, queues, log groups, event
 * buses and URLs; archives and replays; connections and API destinations; partner sources; global endpoints; logs of buses.
 *
 * Kept and shown, without effect: policies of buses and roles of rules and targets, since nobody is refused; keys of buses,
 * and their dead letters, which are for events that a key could not be used for.
 *
 * Different from AWS: a target may be a webhook, see targets.ts for its form; Teal has no queues, so those of targets and
 * dead letters are where --sqs-endpoint says; the default bus has no time of creation; an event for a bus that is not there
 * is answered with an error of its entry; a schedule whose time came while Teal did not run is due once at its start.
 */

export interface EventsService extends Service {
  readonly emit: EmitEvent;
}

export function events(parts: EventsParts): EventsService {
  const wake = createBell(parts.clock);
  const tools: EventsTools = { ...parts, deliver: (dues) => queue.add(dues), reschedule: () => wake.ring() };
  const queue = createDeliveryQueue(parts.clock, parts.logger, deliveryWork(tools));
  let schedules: ReturnType<typeof startSchedules> | undefined;
  return {
    name: 'events',
    actions: actionsOf(tools),
    emit: (scope, event) => accept(tools, scope, DEFAULT_BUS, envelopeOf(scope, event, parts.clock.now())),
    async start() {
      await queue.start();
      schedules = startSchedules(tools, wake);
    },
    async close() {
      await schedules?.close();
      await queue.close();
    },
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
    PutPermission: putPermission(tools),
    PutRule: putRule(tools),
    PutTargets: putTargets(tools),
    RemovePermission: removePermission(tools),
    RemoveTargets: removeTargets(tools),
    TagResource: tagResource(tools),
    TestEventPattern: testEventPattern(),
    UntagResource: untagResource(tools),
    UpdateEventBus: updateEventBus(tools),
  }) satisfies Actions<typeof Sdk>;
