import type {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { arn } from '../../../kernel/arn.ts';
import { readSchedule } from '../../../kernel/schedule/schedule.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { EventsTools } from '../deps.ts';
import { validation } from '../faults.ts';
import { pageOf } from '../paging.ts';
import { requirePattern } from '../pattern.ts';
import {
  changeRule,
  DEFAULT_BUS,
  requireBus,
  requireRule,
  ruleId,
  rulesIn,
  tagsIn,
  type RuleRecord,
} from '../records.ts';
import { putTags } from './tags.ts';

/** Targets of a rule that is put again stay. */
export const putRule =
  ({ store, clock, reschedule }: EventsTools): Action<typeof PutRuleCommand> =>
  async (input, ctx) => {
    const bus = await requireBus(store, ctx, input.EventBusName);
    const match = readMatch(input, bus);
    const name = input.Name;
    const RuleArn = arn('events', ctx, bus === DEFAULT_BUS ? `rule/${name}` : `rule/${bus}/${name}`);
    await store.transaction(async (tx) => {
      // Deleted meanwhile, it would leave a rule to whatever bus gets its name.
      await requireBus(tx, ctx, input.EventBusName);
      const found = await rulesIn(tx).get(ctx, ruleId(bus, name));
      const isEnabled = input.State !== 'DISABLED';
      const goesOn = found?.schedule === match.schedule ? found?.scheduledFrom : undefined;
      const scheduledFrom = goesOn ?? clock.now().getTime();
      const rule: RuleRecord = {
        bus,
        name,
        arn: RuleArn,
        ...match,
        isEnabled,
        ...(isEnabled && match.schedule !== undefined && { scheduledFrom }),
        ...(input.Description !== undefined && { description: input.Description }),
        ...(input.RoleArn !== undefined && { roleArn: input.RoleArn }),
        targets: found?.targets ?? [],
      };
      await rulesIn(tx).put(ctx, ruleId(bus, name), rule, { parent: bus });
      if (!found && input.Tags) await putTags(tx, ctx, RuleArn, input.Tags);
    });
    reschedule();
    return { RuleArn };
  };

/** What a rule waits for; it may be both. @throws ValidationException, InvalidEventPatternException */
function readMatch(
  { EventPattern: pattern = '', ScheduleExpression: schedule = '' }: ActionInput<typeof PutRuleCommand>,
  bus: string,
): Pick<RuleRecord, 'pattern' | 'schedule'> {
  if (schedule !== '' && bus !== DEFAULT_BUS)
    throw validation('ScheduleExpression is supported only on the default event bus.');
  if (schedule !== '' && !readSchedule(schedule)) throw validation('Parameter ScheduleExpression is not valid.');
  if (pattern === '' && schedule === '')
    throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (pattern !== '') requirePattern(pattern);
  return { ...(pattern !== '' && { pattern }), ...(schedule !== '' && { schedule }) };
}

export const describeRule =
  ({ store }: EventsTools): Action<typeof DescribeRuleCommand> =>
  async (input, ctx) => {
    const rule = await requireRule(store, ctx, input.Name, input.EventBusName);
    return { ...shownRule(rule), CreatedBy: ctx.account };
  };

/** One that is gone is no error. */
export const deleteRule =
  ({ store }: EventsTools): Action<typeof DeleteRuleCommand> =>
  async (input, ctx) => {
    const bus = await requireBus(store, ctx, input.EventBusName);
    await store.transaction(async (tx) => {
      const rule = await rulesIn(tx).get(ctx, ruleId(bus, input.Name));
      if (!rule) return;
      if (rule.targets.length > 0) throw validation("Rule can't be deleted since it has targets.");
      await rulesIn(tx).remove(ctx, ruleId(bus, rule.name));
      await tagsIn(tx).remove(ctx, rule.arn);
    });
  };

export const enableRule =
  ({ store, clock, reschedule }: EventsTools): Action<typeof EnableRuleCommand> =>
  async (input, ctx) => {
    const now = clock.now().getTime();
    await changeRule(store, ctx, input.Name, input.EventBusName, (rule) => ({
      ...rule,
      isEnabled: true,
      ...(rule.schedule !== undefined && { scheduledFrom: rule.scheduledFrom ?? now }),
    }));
    reschedule();
  };

export const disableRule =
  ({ store }: EventsTools): Action<typeof DisableRuleCommand> =>
  (input, ctx) =>
    changeRule(store, ctx, input.Name, input.EventBusName, ({ scheduledFrom: _from, ...rule }) => ({
      ...rule,
      isEnabled: false,
    }));

export const listRules =
  ({ store }: EventsTools): Action<typeof ListRulesCommand> =>
  async (input, ctx) => {
    const rules = await rulesIn(store).list(ctx, await requireBus(store, ctx, input.EventBusName));
    const named = rules.filter((rule) => rule.name.startsWith(input.NamePrefix ?? ''));
    const { items, ...page } = pageOf(named, (rule) => rule.name, input);
    return { Rules: items.map(shownRule), ...page };
  };

export const listRuleNamesByTarget =
  ({ store }: EventsTools): Action<typeof ListRuleNamesByTargetCommand> =>
  async (input, ctx) => {
    const rules = await rulesIn(store).list(ctx, await requireBus(store, ctx, input.EventBusName));
    const names = rules
      .filter(({ targets }) => targets.some(({ Arn }) => Arn === input.TargetArn))
      .map(({ name }) => name);
    const { items, ...page } = pageOf(names, (name) => name, input);
    return { RuleNames: items, ...page };
  };

const shownRule = (rule: RuleRecord) => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.pattern,
  ScheduleExpression: rule.schedule,
  State: rule.isEnabled ? ('ENABLED' as const) : ('DISABLED' as const),
  Description: rule.description,
  RoleArn: rule.roleArn,
  EventBusName: rule.bus,
});
