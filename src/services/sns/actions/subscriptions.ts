import type {
  ConfirmSubscriptionCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  SetSubscriptionAttributesCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { SnsTools } from '../deps.ts';
import { invalidParameter, noSubscription, noTopic } from '../faults.ts';
import { pageOf } from '../paging.ts';
import {
  requireSubscription,
  requireTopic,
  subscriptionPlace,
  subscriptionsIn,
  topicPlace,
  topicsIn,
  type SubscriptionRecord,
} from '../records.ts';
import { shownSubscription, withSubscriptionAttributes } from '../subscription-attributes.ts';

/** The token is secret, so whoever has it may confirm: from a link without a signature, too. */
export const confirmSubscription =
  ({ store }: SnsTools): Action<typeof ConfirmSubscriptionCommand> =>
  async (input, ctx) => {
    const { scope, name } = topicPlace(input.TopicArn);
    if (!(await topicsIn(store).get(scope, name))) throw noTopic();
    const found = (await subscriptionsIn(store).list(scope, name)).find(({ token }) => token === input.Token);
    if (!found) throw invalidParameter('Token');
    const needsOwner = input.AuthenticateOnUnsubscribe?.toLowerCase() === 'true' && ctx.accessKeyId !== undefined;
    await subscriptionsIn(store).change(scope, found.id, (current) =>
      current.isConfirmed ? undefined : { ...current, isConfirmed: true, needsOwner },
    );
    return { SubscriptionArn: found.arn };
  };

/** One that is gone is no error. @throws AuthorizationError */
export const unsubscribe =
  ({ store }: SnsTools): Action<typeof UnsubscribeCommand> =>
  async (input, ctx) => {
    const { scope, id } = subscriptionPlace(input.SubscriptionArn);
    const isOwner = ctx.accessKeyId !== undefined && ctx.account === scope.account;
    await store.transaction(async (tx) => {
      const found = await subscriptionsIn(tx).get(scope, id);
      if (found?.arn !== input.SubscriptionArn) return;
      const isAllowed = isOwner || (ctx.accessKeyId === undefined && !found.needsOwner);
      if (!isAllowed) throw new ApiError('AuthorizationError', 'Only the owner may end this subscription.', 403);
      await subscriptionsIn(tx).remove(scope, id);
      await topicsIn(tx).change(scope, topicPlace(found.topicArn).name, (topic) => ({
        ...topic,
        deleted: topic.deleted + 1,
      }));
    });
  };

export const listSubscriptions =
  ({ store }: SnsTools): Action<typeof ListSubscriptionsCommand> =>
  async (input, ctx) =>
    pageShown(ctx, await subscriptionsIn(store).list(ctx), input.NextToken);

export const listSubscriptionsByTopic =
  ({ store }: SnsTools): Action<typeof ListSubscriptionsByTopicCommand> =>
  async (input, ctx) => {
    const { name } = await requireTopic(store, ctx, input.TopicArn);
    return pageShown(ctx, await subscriptionsIn(store).list(ctx, name), input.NextToken);
  };

function pageShown({ account }: Scope, all: readonly SubscriptionRecord[], token: string | undefined) {
  const { items, ...page } = pageOf(all, (subscription) => subscription.arn, token);
  const shown = items.map(({ arn, topicArn, protocol, endpoint, isConfirmed }) => ({
    SubscriptionArn: isConfirmed ? arn : 'PendingConfirmation',
    Owner: account,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  }));
  return { Subscriptions: shown, ...page };
}

export const getSubscriptionAttributes =
  ({ store }: SnsTools): Action<typeof GetSubscriptionAttributesCommand> =>
  async (input, ctx) => ({
    Attributes: shownSubscription(ctx, await requireSubscription(store, ctx, input.SubscriptionArn)),
  });

export const setSubscriptionAttributes =
  ({ store, queues }: SnsTools): Action<typeof SetSubscriptionAttributesCommand> =>
  async (input, ctx) => {
    const { id } = await requireSubscription(store, ctx, input.SubscriptionArn);
    const given = { [input.AttributeName]: input.AttributeValue ?? '' };
    const changed = await subscriptionsIn(store).change(ctx, id, (current) => ({
      ...current,
      attributes: withSubscriptionAttributes(current.attributes, given, current.protocol, queues),
    }));
    if (!changed) throw noSubscription();
  };
