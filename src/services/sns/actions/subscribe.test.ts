import { expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { withRival } from '../../../store/fake-rival.ts';
import { openStore } from '../../../store/open-store.ts';
import type { CallContext } from '../../../wire/types.ts';
import type { SnsTools } from '../deps.ts';
import { subscriptionsIn, topicsIn } from '../records.ts';
import { subscribe } from './subscribe.ts';
import { deleteTopic } from './topics.ts';

const TopicArn = 'arn:aws:sns:eu-west-1:123456789012:t';
const CTX: CallContext = {
  ...{ account: '123456789012', region: 'eu-west-1', service: 'sns', operation: 'Subscribe', requestId: 'r' },
  ...{ accessKeyId: undefined, principal: undefined, signal: new AbortController().signal },
};

it('leaves no subscription to a topic that is deleted meanwhile', async () => {
  const store = await openStore(':memory:');
  const topic = { name: 't', arn: TopicArn, attributes: {}, tags: {}, deleted: 0, createdAt: 0 };
  await topicsIn(store).put(CTX, 't', topic);
  const tools = { store, clock: systemClock() } as SnsTools;
  const remove = async () => deleteTopic(tools)({ TopicArn }, CTX);

  const late = subscribe({ ...tools, store: withRival(store, remove) })(
    { TopicArn, Protocol: 'email', Endpoint: 'a@example.com' },
    CTX,
  );

  await expect(late).rejects.toMatchObject({ code: 'NotFound' });
  expect(await subscriptionsIn(store).everywhere()).toEqual([]);
  await store.close();
});
