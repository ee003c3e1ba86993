import { expect, it } from 'vitest';
import { providersOf } from './choose-provider.ts';

it('fills the base first, then follows the weights', () => {
  const strategy = [
    { capacityProvider: 'FARGATE', base: 2, weight: 1 },
    { capacityProvider: 'FARGATE_SPOT', weight: 3 },
  ];
  const chosen = providersOf(strategy, 10);

  expect(chosen.slice(0, 2)).toEqual(['FARGATE', 'FARGATE']);
  expect(chosen.slice(2).filter((one) => one === 'FARGATE_SPOT')).toHaveLength(6);
});

it('takes the only provider whatever its weight, and none without a strategy', () => {
  expect(providersOf([{ capacityProvider: 'FARGATE' }], 2)).toEqual(['FARGATE', 'FARGATE']);
  expect(providersOf([], 1)).toEqual([undefined]);
  expect(providersOf(undefined, 1)).toEqual([undefined]);
});

it('goes on from what there is', () => {
  const strategy = [
    { capacityProvider: 'FARGATE', weight: 1 },
    { capacityProvider: 'FARGATE_SPOT', weight: 1 },
  ];
  expect(providersOf(strategy, 1, { FARGATE: 1 })).toEqual(['FARGATE_SPOT']);
});

it('gives nothing beyond its base to a provider without weight', () => {
  const strategy = [
    { capacityProvider: 'FARGATE', base: 1, weight: 0 },
    { capacityProvider: 'FARGATE_SPOT', weight: 1 },
  ];
  expect(providersOf(strategy, 3)).toEqual(['FARGATE', 'FARGATE_SPOT', 'FARGATE_SPOT']);
});
