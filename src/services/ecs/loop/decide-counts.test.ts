import { expect, it } from 'vitest';
import { decideRollout, decideSet, type TaskView } from './decide-counts.ts';
import type { Room } from './decide-placement.ts';

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
  expect(decideSet(3, [view('a')], 6)).toEqual({ start: 2, stop: [] });
});

it('stops pending tasks before unhealthy ones, and unhealthy ones before healthy ones', () => {
  const tasks = [view('healthy'), view('unhealthy', { isHealthy: false }), pending('pending')];

  expect(decideSet(0, tasks, 0).stop).toEqual(['pending', 'unhealthy', 'healthy']);
  expect(decideSet(2, tasks, 4).stop).toEqual(['pending']);
});

it('starts all new tasks first when the upper bound allows', () => {
  expect(decideRollout({ desired: 2, ...usual, primary: [], old: [view('a'), view('b')] })).toMatchObject({
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

  expect(decision).toMatchObject({ start: 0, stop: ['a'] });
});

it('keeps every old task while no new one is healthy', () => {
  const decision = decideRollout({ desired: 1, ...usual, primary: [pending('new')], old: [view('a')] });

  expect(decision).toMatchObject({ start: 0, stop: [] });
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

  expect(decision).toMatchObject({ start: 0, stop: [] });
});

const failing = (id: string): TaskView => view(id, { isHealthy: false, isFailing: true });

it('starts the replacement of a failing task first, and stops that once the replacement is healthy', () => {
  expect(decideSet(2, [view('a'), failing('b')], 4)).toEqual({ start: 1, stop: [] });
  expect(decideSet(2, [view('a'), failing('b'), pending('c')], 4)).toEqual({ start: 0, stop: [] });
  expect(decideSet(2, [view('a'), failing('b'), view('c')], 4)).toEqual({ start: 0, stop: ['b'] });
});

it('stops a failing task first where the upper bound leaves no room for its replacement', () => {
  expect(decideSet(2, [view('a'), failing('b')], 2)).toEqual({ start: 0, stop: ['b'] });
  expect(decideSet(1, [failing('a'), failing('b')], 2)).toEqual({ start: 0, stop: ['a', 'b'].slice(0, 1) });
});

it('stops failing tasks of earlier deployments at once, and no healthy one for their sake', () => {
  const decision = decideRollout({ desired: 2, ...usual, primary: [pending('new')], old: [view('a'), failing('b')] });

  expect(decision).toMatchObject({ start: 1, stop: ['b'] });
});

it('replaces one by one where both percentages leave room for one only', () => {
  const bounds = { desired: 4, minimumHealthyPercent: 75, maximumPercent: 100 };
  const old = ['a', 'b', 'c', 'd'].map((id) => view(id));

  expect(decideRollout({ ...bounds, primary: [], old })).toMatchObject({ start: 0, stop: ['a'] });
  expect(decideRollout({ ...bounds, primary: [], old: old.slice(1) })).toMatchObject({ start: 1, stop: [] });
  expect(decideRollout({ ...bounds, primary: [pending('x')], old: old.slice(1) })).toMatchObject({
    start: 0,
    stop: [],
  });
  expect(decideRollout({ ...bounds, primary: [view('x')], old: old.slice(1) })).toMatchObject({
    start: 0,
    stop: ['b'],
  });
});

it('scales the new tasks up and the old ones down when the wished count changes on the way', () => {
  const [old, primary] = [
    [view('a'), view('b')],
    [view('x'), pending('y')],
  ];

  expect(decideRollout({ desired: 4, ...usual, primary, old })).toMatchObject({ start: 2, stop: [] });
  expect(decideRollout({ desired: 1, ...usual, primary, old })).toMatchObject({ start: 0, stop: ['y', 'a', 'b'] });
});

it('says when the percentages leave nothing to do', () => {
  const bounds = { desired: 1, minimumHealthyPercent: 100, maximumPercent: 150 };

  expect(decideRollout({ ...bounds, primary: [], old: [view('a')] })).toMatchObject({ start: 0, isBlocked: true });
  expect(decideRollout({ ...bounds, primary: [], old: [pending('a')] })).toMatchObject({ isBlocked: false });
});

it('starts nothing of a deployment that failed, and keeps up with the old one what runs', () => {
  const halted = { desired: 3, ...usual, isHalted: true };

  expect(decideRollout({ ...halted, primary: [view('x')], old: [view('a'), view('b')] })).toMatchObject({
    start: 0,
    startOld: 0,
    stop: [],
  });
  expect(decideRollout({ ...halted, primary: [view('x'), failing('y')], old: [view('a')] })).toMatchObject({
    start: 0,
    startOld: 1,
    stop: ['y'],
  });
});

it('ends a daemon of the earlier deployment before it starts that of the new one', () => {
  const daemon = { desired: 1, minimumHealthyPercent: 0, maximumPercent: 100 };

  expect(decideRollout({ ...daemon, primary: [], old: [view('a')] })).toMatchObject({ start: 0, stop: ['a'] });
  expect(decideRollout({ ...daemon, primary: [], old: [] })).toMatchObject({ start: 1, stop: [] });
});

const full = (...inTheWay: string[]): Room => ({ fits: 0, shortage: 'PORTS', inTheWay });

it('starts no more than the machine has room for, and stops a failing task that is in the way', () => {
  expect(decideSet(2, [], 4, { fits: 1, shortage: 'PORTS', inTheWay: [] })).toEqual({ start: 1, stop: [] });
  expect(decideSet(1, [failing('a')], 2, full('a'))).toEqual({ start: 0, stop: ['a'] });
  expect(decideSet(1, [failing('a')], 2, full('of another service'))).toEqual({ start: 0, stop: [] });
});

it('stops an old task to make room on the machine only where the lower bound allows it', () => {
  const rollout = { desired: 1, maximumPercent: 200, primary: [], old: [view('a')], room: full('a') };

  expect(decideRollout({ ...rollout, minimumHealthyPercent: 100 })).toMatchObject({
    start: 0,
    stop: [],
    isBlocked: false,
  });
  expect(decideRollout({ ...rollout, minimumHealthyPercent: 0 })).toMatchObject({ start: 0, stop: ['a'] });
});

it('stops no old task for room that others take', () => {
  const rollout = { desired: 1, minimumHealthyPercent: 0, maximumPercent: 200, primary: [], old: [view('a')] };

  expect(decideRollout({ ...rollout, room: full('of another service') })).toMatchObject({ start: 0, stop: [] });
  expect(decideRollout({ ...rollout, room: full('a', 'of another service') })).toMatchObject({ start: 0, stop: [] });
});

it('stops the old task that is in the way before any other', () => {
  const old = [view('a'), view('b'), view('c')];
  const rollout = { desired: 3, minimumHealthyPercent: 60, maximumPercent: 200, primary: [view('x')], old };

  expect(decideRollout({ ...rollout, room: full('c') }).stop[0]).toBe('c');
});

it('scales in around protected tasks, and replaces them when they fail', () => {
  const kept = view('kept', { isProtected: true, createdAt: 2 });

  expect(decideSet(1, [kept, view('other')], 2).stop).toEqual(['other']);
  expect(decideSet(0, [kept, view('other')], 0).stop).toEqual(['other']);
  expect(decideRollout({ desired: 1, ...usual, primary: [view('new')], old: [kept] }).stop).toEqual([]);
  expect(decideSet(1, [{ ...kept, isFailing: true }, view('other')], 2).stop).toEqual(['kept']);
});
