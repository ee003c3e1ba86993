import { expect, it } from 'vitest';
import { decideRollout, decideSet, type TaskView } from './decide-counts.ts';

const view = (id: string, members: Partial<TaskView> = {}): TaskView => ({
  id,
  isRunning: true,
  isHealthy: true,
  createdAt: 0,
  ...members,
});
const pending = (id: string): TaskView => view(id, { isRunning: false, isHealthy: false });
const usual = { minimumHealthyPercent: 100, maximumPercent: 200 };

it('starts what a set lacks', () => {
  expect(decideSet(3, [view('a')])).toEqual({ start: 2, stop: [] });
});

it('stops pending tasks before unhealthy ones, and unhealthy ones before healthy ones', () => {
  const tasks = [view('healthy'), view('unhealthy', { isHealthy: false }), pending('pending')];

  expect(decideSet(0, tasks).stop).toEqual(['pending', 'unhealthy', 'healthy']);
  expect(decideSet(2, tasks).stop).toEqual(['pending']);
});

it('starts all new tasks first when the upper bound allows', () => {
  expect(decideRollout({ desired: 2, ...usual, primary: [], old: [view('a'), view('b')] })).toEqual({
    start: 2,
    stop: [],
  });
});

it('stops one old task for each new one that became healthy', () => {
  const decision = decideRollout({
    desired: 2,
    ...usual,
    primary: [view('new'), pending('newer')],
    old: [view('a', { createdAt: 1 }), view('b')],
  });

  expect(decision).toEqual({ start: 0, stop: ['a'] });
});

it('keeps every old task while no new one is healthy', () => {
  const decision = decideRollout({ desired: 1, ...usual, primary: [pending('new')], old: [view('a')] });

  expect(decision).toEqual({ start: 0, stop: [] });
});

it('makes room by stopping old tasks down to the lower bound', () => {
  const decision = decideRollout({
    desired: 4,
    minimumHealthyPercent: 50,
    maximumPercent: 100,
    primary: [],
    old: ['a', 'b', 'c', 'd'].map((id) => view(id)),
  });

  expect(decision.start).toBe(0);
  expect(decision.stop).toHaveLength(2);
});

it('never goes below the lower bound to make room', () => {
  const decision = decideRollout({
    desired: 4,
    minimumHealthyPercent: 100,
    maximumPercent: 150,
    primary: [pending('x'), pending('y')],
    old: ['a', 'b', 'c', 'd'].map((id) => view(id)),
  });

  expect(decision).toEqual({ start: 0, stop: [] });
});
