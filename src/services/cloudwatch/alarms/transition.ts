import { newId } from '../../../kernel/ids.ts';
import type { HistoryItem } from './history.ts';
import type { AlarmRecord, AlarmState, PendingWork } from './records.ts';

export type NextState = Pick<AlarmState, 'value' | 'reason' | 'reasonData'>;

/** In `PendingWork`, what stands for the event bus. */
export const EVENT_BUS = 'event';

/**
 * Gives an alarm a state, with the work and the history that go with it: none when it already had it.
 *
 * @param by - `hand` for SetAlarmState, whose reason lasts until the next evaluation
 */
export function withState<T extends AlarmRecord>(
  alarm: T,
  { value, reason, reasonData }: NextState,
  now: number,
  by: 'evaluation' | 'hand' = 'evaluation',
): { readonly alarm: T; readonly items: readonly HistoryItem[] } {
  const from = alarm.state;
  const isNew = from.value !== value;
  if (!isNew && by === 'evaluation' && !alarm.isSetByHand) return { alarm, items: [] };
  const transitionedAt = isNew ? now : from.transitionedAt;
  const to: AlarmState = {
    value,
    reason,
    ...(reasonData !== undefined && { reasonData }),
    updatedAt: now,
    transitionedAt,
  };
  const changed = { ...alarm, state: to, isSetByHand: by === 'hand' };
  if (!isNew) return { alarm: changed, items: [] };
  const pending = [...alarm.pending, ...[EVENT_BUS, ...actionsOf(alarm, to)].map((target) => work(target, from, to))];
  return { alarm: { ...changed, pending }, items: [stateUpdate(from, to, now)] };
}

const work = (target: string, from: AlarmState, to: AlarmState): PendingWork => ({
  id: newId.uuid(),
  target,
  attempts: 0,
  from,
  to,
});

function actionsOf(alarm: AlarmRecord, { value }: AlarmState): readonly string[] {
  if (!alarm.actionsEnabled) return [];
  switch (value) {
    case 'OK':
      return alarm.okActions;
    case 'ALARM':
      return alarm.alarmActions;
    case 'INSUFFICIENT_DATA':
      return alarm.insufficientDataActions;
  }
}

const stateUpdate = (from: AlarmState, to: AlarmState, now: number): HistoryItem => ({
  at: now,
  type: 'StateUpdate',
  summary: `Alarm updated from ${from.value} to ${to.value}`,
  data: `{"version":"1.0","oldState":${stateJson(from)},"newState":${stateJson(to)}}`,
});

/** The reason's data is JSON already, with doubles as AWS prints them. */
const stateJson = ({ value, reason, reasonData }: AlarmState): string =>
  `{"stateValue":"${value}","stateReason":${JSON.stringify(reason)}${reasonData === undefined ? '' : `,"stateReasonData":${reasonData}`}}`;
