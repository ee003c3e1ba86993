import type {
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  Target,
} from '@aws-sdk/client-eventbridge';
import { isFifoQueue, isQueueArn, QUEUES_MISSING, type Queues } from '../../../kernel/queues.ts';
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
  ({ store, queues }: EventsTools): Action<typeof PutTargetsCommand> =>
  async (input, ctx) => {
    await requireRule(store, ctx, input.Rule, input.EventBusName);
    const put = new Map(input.Targets.map((given) => readTarget(given, queues)).map((target) => [target.Id, target]));
    await changeRule(store, ctx, input.Rule, input.EventBusName, (rule) => {
      const targets = [...rule.targets.filter(({ Id }) => !put.has(Id)), ...put.values()];
      if (targets.length > MOST)
        throw new ApiError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
      return { ...rule, targets };
    });
    return { FailedEntryCount: 0, FailedEntries: [] };
  };

/** @throws ValidationException */
function readTarget(target: Target, { areReachable }: Queues): TargetRecord {
  const { Id = '', Arn = '', SqsParameters: sqs, DeadLetterConfig: dead } = target;
  const place = placeOf(Arn);
  if (!place)
    throw validation(
      `Parameter ${Arn} is not valid. Reason: Teal delivers events to functions, topics, queues, log groups, event buses and http(s) URLs only.`,
    );
  if (place.to === 'queue' && !areReachable)
    throw validation(`Parameter ${Arn} is not valid. Reason: ${QUEUES_MISSING}`);
  if (place.to === 'queue' && isFifoQueue(Arn) && !sqs?.MessageGroupId)
    throw validation(`Parameter(s) SqsParameters must be specified for target: ${Id}.`);
  if (sqs && (place.to !== 'queue' || !isFifoQueue(Arn)))
    throw validation(`Parameter(s) SqsParameters not valid for target: ${Id}. Reason: it is no FIFO queue.`);
  checkDeadLetters(Id, dead?.Arn, areReachable);
  const read = { ...target, Id, Arn };
  checkInput(read);
  return read;
}

/** @throws ValidationException, in words that are assumed */
function checkDeadLetters(id: string, queue: string | undefined, areReachable: boolean): void {
  if (queue === undefined) return;
  if (!isQueueArn(queue) || isFifoQueue(queue))
    throw validation(
      `Parameter DeadLetterConfig.Arn of target ${id} is not valid. Reason: it must be a standard queue.`,
    );
  if (!areReachable)
    throw validation(`Parameter DeadLetterConfig.Arn of target ${id} is not valid. Reason: ${QUEUES_MISSING}`);
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
