import type {
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  Target,
} from '@aws-sdk/client-eventbridge';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { EventsTools } from '../deps.ts';
import { validation } from '../faults.ts';
import { pageOf } from '../paging.ts';
import { changeRule, requireRule, type TargetRecord } from '../records.ts';
import { checkInput } from '../target-input.ts';
import { placeOf } from '../targets.ts';

const MOST = 5;

export const putTargets =
  ({ store }: EventsTools): Action<typeof PutTargetsCommand> =>
  async (input, ctx) => {
    await requireRule(store, ctx, input.Rule, input.EventBusName);
    const put = new Map(input.Targets.map(readTarget).map((target) => [target.Id, target]));
    await changeRule(store, ctx, input.Rule, input.EventBusName, (rule) => {
      const targets = [...rule.targets.filter(({ Id }) => !put.has(Id)), ...put.values()];
      if (targets.length > MOST)
        throw new ApiError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
      return { ...rule, targets };
    });
    return { FailedEntryCount: 0, FailedEntries: [] };
  };

/** @throws ValidationException */
function readTarget(target: Target): TargetRecord {
  const { Id = '', Arn = '' } = target;
  if (!placeOf(Arn))
    throw validation(
      `Parameter ${Arn} is not valid. Reason: Teal delivers events to functions, topics, log groups, event buses and http(s) URLs only.`,
    );
  if (target.DeadLetterConfig?.Arn !== undefined)
    throw validation(`Teal has no queues of its own, so no DeadLetterConfig for target ${Id} yet.`);
  const read = { ...target, Id, Arn };
  checkInput(read);
  return read;
}

/** One that is gone is no error. */
export const removeTargets =
  ({ store }: EventsTools): Action<typeof RemoveTargetsCommand> =>
  async (input, ctx) => {
    await changeRule(store, ctx, input.Rule, input.EventBusName, (rule) => ({
      ...rule,
      targets: rule.targets.filter(({ Id }) => !input.Ids.includes(Id)),
    }));
    return { FailedEntryCount: 0, FailedEntries: [] };
  };

export const listTargetsByRule =
  ({ store }: EventsTools): Action<typeof ListTargetsByRuleCommand> =>
  async (input, ctx) => {
    const { targets } = await requireRule(store, ctx, input.Rule, input.EventBusName);
    const { items, ...page } = pageOf(targets, (target) => target.Id, input);
    return { Targets: items, ...page };
  };
