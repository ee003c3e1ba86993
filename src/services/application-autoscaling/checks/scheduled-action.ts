import type { PutScheduledActionCommand } from '@aws-sdk/client-application-auto-scaling';
import type { ActionInput } from '../../../wire/types.ts';
import { invalid } from '../faults.ts';
import type { ScheduledActionRecord } from '../records.ts';
import { readActionSchedule } from '../schedule/action-schedule.ts';
import { isZone } from '../schedule/zone.ts';

type Input = ActionInput<typeof PutScheduledActionCommand>;
type Wish = Pick<ScheduledActionRecord, 'schedule' | 'timezone' | 'startAt' | 'endAt' | 'min' | 'max'>;

/**
 * What a scheduled action is to be. What is not given stays, but for the start and the end, which go.
 *
 * @throws {ValidationException} in words that are assumed
 * Source: PutScheduledAction.
 */
export function checkScheduledAction(input: Input, known: ScheduledActionRecord | undefined): Wish {
  const schedule = input.Schedule ?? known?.schedule;
  const timezone = input.Timezone ?? known?.timezone;
  if (schedule === undefined) throw invalid('Schedule is required to create a scheduled action.');
  const read = readActionSchedule(schedule);
  if (!read) throw invalid(`Invalid schedule expression: ${schedule}`);
  if (timezone !== undefined && !isZone(timezone)) throw invalid(`Invalid timezone: ${timezone}`);
  if (read.kind === 'rate' && input.Timezone !== undefined)
    throw invalid('Timezone is only supported for at and cron expressions.');
  const [startAt, endAt] = [input.StartTime?.getTime(), input.EndTime?.getTime()];
  if (startAt !== undefined && endAt !== undefined && startAt >= endAt)
    throw invalid('StartTime must be earlier than EndTime.');
  return { schedule, timezone, startAt, endAt, ...boundsOf(input, known) };
}

function boundsOf({ ScalableTargetAction: given }: Input, known: ScheduledActionRecord | undefined) {
  const { MinCapacity: min, MaxCapacity: max } = given ?? { MinCapacity: known?.min, MaxCapacity: known?.max };
  if (min === undefined && max === undefined)
    throw invalid('ScalableTargetAction must specify MinCapacity, MaxCapacity, or both.');
  if ((min ?? 0) < 0 || (max ?? 0) < 0) throw invalid('Capacities must be greater than or equal to 0.');
  if (min !== undefined && max !== undefined && min > max)
    throw invalid('MaxCapacity must be greater than or equal to MinCapacity.');
  return { min, max };
}
