import { expect, it } from 'vitest';
import { REPEATS_AFTER } from '../events.ts';
import type { TaskSetRecord } from '../records/task-set.ts';
import type { Room } from './decide-placement.ts';
import { placementNews } from './placement-news.ts';

const scope = { account: '111122223333', region: 'eu-west-1' };
const full: Room = { fits: 0, shortage: 'PORTS', inTheWay: ['a', 'b'] };
const setWith = (unplaced?: TaskSetRecord['unplaced']) =>
  ({ id: 'ecs-svc/1', kind: 'deployment', service: 'web', cluster: 'default', unplaced }) as TaskSetRecord;
const news = (unplaced: TaskSetRecord['unplaced'], room: Room | undefined, now: number, leaving: string[] = []) =>
  placementNews(scope, setWith(unplaced), { room, leaving: new Set(leaving), now });

it('tells of a shortage once, and again six hours later', () => {
  const toldAt = 1000;

  expect(news(undefined, full, toldAt)).toMatchObject({ unplaced: { shortage: 'PORTS', toldAt }, texts: [{}] });
  expect(news({ shortage: 'PORTS', toldAt }, full, toldAt + 1)).toBeUndefined();
  expect(news({ shortage: 'PORTS', toldAt }, full, toldAt + REPEATS_AFTER)?.texts).toHaveLength(1);
});

it('tells of another shortage at once, and notes without a word that there is room again', () => {
  const unplaced = { shortage: 'CPU', toldAt: 1000 } as const;

  expect(news(unplaced, full, 1001)).toMatchObject({ unplaced: { shortage: 'PORTS' }, texts: [{}] });
  expect(news(unplaced, undefined, 1001)).toEqual({ setId: 'ecs-svc/1', unplaced: undefined, texts: [] });
  expect(news(undefined, undefined, 1001)).toBeUndefined();
});

it('waits without a word for the service’s own tasks on their way out, and for no others', () => {
  expect(news(undefined, full, 1000, ['a', 'b'])).toBeUndefined();
  expect(news(undefined, full, 1000, ['a'])?.texts).toHaveLength(1);
});
