import { expect, it } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { openStore } from '../../store/open-store.ts';
import { updateFunction } from './changes.ts';
import type { LambdaTools } from './deps.ts';
import { functionsIn, type FunctionRecord } from './records.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };

it('updates no function that was made anew with another kind of package while an image was pulled', async () => {
  const store = await openStore(':memory:');
  const zipped = { name: 'hook', arn: 'arn:hook', state: 'Active', lastUpdate: 'Successful' } as FunctionRecord;
  await functionsIn(store).insert(scope, 'hook', zipped);
  const image = { uri: 'hook:2', id: 'sha256:2' };
  const tools = { store, clock: systemClock(), ring: () => undefined } as unknown as LambdaTools;

  const late = updateFunction(tools, scope, { ...zipped, image }, undefined, (record) => ({ ...record, image }));

  await expect(late).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  expect(await functionsIn(store).get(scope, 'hook')).toEqual(zipped);
  await store.close();
});
