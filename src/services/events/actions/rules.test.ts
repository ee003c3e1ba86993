import { expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { withRival } from '../../../store/fake-rival.ts';
import { openStore } from '../../../store/open-store.ts';
import type { CallContext } from '../../../wire/types.ts';
import type { EventsTools } from '../deps.ts';
import { rulesIn } from '../records.ts';
import { createEventBus, deleteEventBus } from './buses.ts';
import { putRule } from './rules.ts';

const CTX: CallContext = {
  ...{ account: '123456789012', region: 'eu-west-1', service: 'events', operation: 'PutRule', requestId: 'r' },
  ...{ accessKeyId: undefined, principal: undefined, signal: new AbortController().signal },
};

it('leaves no rule on an event bus that is deleted meanwhile', async () => {
  const store = await openStore(':memory:');
  const tools = { store, clock: systemClock(), reschedule: () => undefined } as EventsTools;
  await createEventBus(tools)({ Name: 'shop' }, CTX);
  const remove = async () => deleteEventBus(tools)({ Name: 'shop' }, CTX);

  const late = putRule({ ...tools, store: withRival(store, remove) })(
    { Name: 'all', EventBusName: 'shop', EventPattern: '{"source":["shop"]}' },
    CTX,
  );

  await expect(late).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  expect(await rulesIn(store).everywhere()).toEqual([]);
  await store.close();
});
