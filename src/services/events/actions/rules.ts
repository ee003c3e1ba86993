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
  ({ store }: EventsTools): Action<typeof PutRuleCommand> =>
  async (input, ctx) => {
    const bus = await requireBus(store, ctx, input.EventBusName);
    const pattern = readMatch(input, bus);
    const name = input.Name;
    const RuleArn = arn('events', ctx, bus === DEFAULT_BUS ? `rule/${name}` : `rule/${bus}/${name}`);
    await store.transaction(async (tx) => {
      const found = await rulesIn(tx).get(ctx, ruleId(bus, name));
      const rule: RuleRecord = {
        bus,
        name,
        arn: RuleArn,
        pattern,
        isEnabled: input.State !== 'DISABLED',
        ...(input.Description !== undefined && { description: input.Description }),
        ...(input.RoleArn !== undefined && { roleArn: input.RoleArn }),
        targets: found?.targets ?? [],
      };
      await rulesIn(tx).put(ctx, ruleId(bus, name), rule, { parent: bus });
      if (!found && input.Tags) await putTags(tx, ctx, RuleArn, input.Tags);
    });
    return { RuleArn };
  };

/** @throws ValidationException, InvalidEventPatternException */
function readMatch(input: ActionInput<typeof PutRuleCommand>, bus: string): string {
  const { EventPattern: pattern, ScheduleExpression: schedule } = input;
  if (schedule !== undefined && schedule !== '') {
    if (bus !== DEFAULT_BUS) throw validation('ScheduleExpression is supported only on the default event bus.');
    throw validation(`Teal has no schedules yet, so no rule with ScheduleExpression '${schedule}'.`);
  }
  if (pattern === undefined || pattern === '')
    throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  requirePattern(pattern);
  return pattern;
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
  ({ store }: EventsTools): Action<typeof EnableRuleCommand> =>
  (input, ctx) =>
    changeRule(store, ctx, input.Name, input.EventBusName, (rule) => ({ ...rule, isEnabled: true }));

export const disableRule =
  ({ store }: EventsTools): Action<typeof DisableRuleCommand> =>
  (input, ctx) =>
    changeRule(store, ctx, input.Name, input.EventBusName, (rule) => ({ ...rule, isEnabled: false }));

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
  State: rule.isEnabled ? ('ENABLED' as const) : ('DISABLED' as const),
  Description: rule.description,
  RoleArn: rule.roleArn,
  EventBusName: rule.bus,
});
