import type {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListTopicsCommand,
  SetTopicAttributesCommand,
} from '@aws-sdk/client-sns';
import { arn } from '../../../kernel/arn.ts';
import type { Action } from '../../../wire/types.ts';
import type { SnsTools } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { pageOf } from '../paging.ts';
import { changeTopic, requireTopic, subscriptionsIn, topicPlace, topicsIn, type TopicRecord } from '../records.ts';
import { withTags } from '../tags.ts';
import { checkTopicAttribute, shownTopic, withAttribute } from '../topic-attributes.ts';

type Pairs = Readonly<Record<string, string>>;

export const createTopic =
  ({ store, clock }: SnsTools): Action<typeof CreateTopicCommand> =>
  async (input, ctx) => {
    const name = input.Name;
    if (name.endsWith('.fifo')) throw invalidParameter('Topic Name Reason: Teal has no FIFO topics yet');
    if (!/^[\w-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
    const attributes = Object.entries(input.Attributes ?? {}).reduce<Pairs>((all, [attribute, value]) => {
      checkTopicAttribute(attribute, value);
      return withAttribute(all, attribute, value);
    }, {});
    const tags = withTags({}, input.Tags ?? []);
    const made = { name, arn: arn('sns', ctx, name), attributes, tags, deleted: 0, createdAt: clock.now().getTime() };
    return store.transaction(async (tx) => {
      const found = await topicsIn(tx).get(ctx, name);
      if (found) requireSame(found, made, input.Tags !== undefined);
      else await topicsIn(tx).insert(ctx, name, made);
      return { TopicArn: made.arn };
    });
  };

/** A topic that is made again must not be asked to be another. @throws InvalidParameter */
function requireSame(found: TopicRecord, asked: TopicRecord, asksForTags: boolean): void {
  if (Object.entries(asked.attributes).some(([name, value]) => found.attributes[name] !== value))
    throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
  if (asksForTags && sorted(found.tags) !== sorted(asked.tags))
    throw invalidParameter('Tags Reason: Topic already exists with different tags');
}

const sorted = (pairs: Pairs): string => JSON.stringify(Object.entries(pairs).sort());

/** One that is gone is no error. */
export const deleteTopic =
  ({ store }: SnsTools): Action<typeof DeleteTopicCommand> =>
  async (input, ctx) => {
    const { scope, name } = topicPlace(input.TopicArn);
    if (scope.account !== ctx.account || scope.region !== ctx.region) return;
    await store.transaction(async (tx) => {
      for (const { id } of await subscriptionsIn(tx).list(ctx, name)) await subscriptionsIn(tx).remove(ctx, id);
      await topicsIn(tx).remove(ctx, name);
    });
  };

export const listTopics =
  ({ store }: SnsTools): Action<typeof ListTopicsCommand> =>
  async (input, ctx) => {
    const { items, ...page } = pageOf(await topicsIn(store).list(ctx), (topic) => topic.name, input.NextToken);
    return { Topics: items.map((topic) => ({ TopicArn: topic.arn })), ...page };
  };

export const getTopicAttributes =
  ({ store }: SnsTools): Action<typeof GetTopicAttributesCommand> =>
  async (input, ctx) => {
    const topic = await requireTopic(store, ctx, input.TopicArn);
    return { Attributes: shownTopic(ctx, topic, await subscriptionsIn(store).list(ctx, topic.name)) };
  };

export const setTopicAttributes =
  ({ store }: SnsTools): Action<typeof SetTopicAttributesCommand> =>
  async (input, ctx) => {
    const { AttributeName: name, AttributeValue: value = '' } = input;
    await requireTopic(store, ctx, input.TopicArn);
    checkTopicAttribute(name, value);
    await changeTopic(store, ctx, input.TopicArn, (topic) => ({
      ...topic,
      attributes: withAttribute(topic.attributes, name, value),
    }));
  };
