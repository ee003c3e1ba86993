import { afterEach, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import { DuplicateRecord, type Store } from './store.ts';

const here = { account: '000000000000', region: 'eu-west-1' };
let store: Store | undefined;
const open = async () => (store = await openStore(':memory:'));
afterEach(() => store?.close());

it('keeps records of one scope out of sight of another', async () => {
  const clusters = (await open()).records<{ name: string }>('ecs_clusters');
  await clusters.insert(here, 'a', { name: 'a' });

  expect(await clusters.get(here, 'a')).toEqual({ name: 'a' });
  expect(await clusters.get({ ...here, region: 'us-east-1' }, 'a')).toBeUndefined();
});

it('refuses a second record under a taken id', async () => {
  const clusters = (await open()).records<{ name: string }>('ecs_clusters');
  await clusters.insert(here, 'a', { name: 'first' });

  await expect(clusters.insert(here, 'a', { name: 'second' })).rejects.toBeInstanceOf(DuplicateRecord);
});

it('lists in the order of creation, also after a record was replaced', async () => {
  const services = (await open()).records<number>('ecs_services');
  await services.put(here, 'x', 1, { parent: 'p' });
  await services.put(here, 'y', 2, { parent: 'p' });
  await services.put(here, 'x', 3);

  expect(await services.list(here, 'p')).toEqual([3, 2]);
});

it('undoes everything when a transaction throws', async () => {
  const opened = await open();
  await expect(
    opened.transaction(async (tx) => {
      await tx.records<number>('ecs_services').insert(here, 'x', 1);
      throw new Error('stop');
    }),
  ).rejects.toThrow('stop');

  expect(await opened.records<number>('ecs_services').list(here)).toEqual([]);
});

it('loses no change when many change one record at once', async () => {
  const counts = (await open()).records<number>('ecs_services');
  await counts.insert(here, 'n', 0);

  await Promise.all(Array.from({ length: 50 }, () => counts.change(here, 'n', (n) => n + 1)));

  expect(await counts.get(here, 'n')).toBe(50);
});
