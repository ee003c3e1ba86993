import type { Tag } from '@aws-sdk/client-cloudwatch';
import { arn } from '../../../kernel/arn.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { checkedActions, type RequestedActions } from './checks/actions.ts';
import { checkedTags } from './checks/tags.ts';
import type { AlarmDeps } from './deps.ts';
import { validationError } from './faults.ts';
import { putAlarm, type HistoryItem } from './history.ts';
import { alarmsIn, type AlarmRecord, type CompositeAlarmRecord, type MetricAlarmRecord } from './records.ts';
import { showAlarm } from './shown.ts';

/** What metric and composite alarms share in a request. */
export interface RequestedAlarm extends RequestedActions {
  readonly AlarmName: string;
  readonly AlarmDescription?: string | undefined;
  readonly ActionsEnabled?: boolean | undefined;
  readonly Tags?: Tag[] | undefined;
}

type Kind<K extends AlarmRecord['kind']> = K extends 'metric' ? MetricAlarmRecord : CompositeAlarmRecord;
type Common = Exclude<keyof MetricAlarmRecord & keyof CompositeAlarmRecord, 'kind'>;

/**
 * Creates an alarm, or gives one a new configuration: its state, its tags and its history stay.
 *
 * @param own - what only this kind of alarm has
 * @param check - what must hold of others when it is stored; it throws
 * @throws ValidationError for actions that cannot be, and for the name of an alarm of the other kind
 */
export async function configure<K extends AlarmRecord['kind']>(
  { store, clock, bell }: AlarmDeps,
  scope: Scope,
  input: RequestedAlarm,
  kind: K,
  own: (current: Kind<K> | undefined) => Omit<Kind<K>, Common | 'kind'>,
  check: (tx: Transaction) => Promise<void> = async () => undefined,
): Promise<void> {
  const actions = checkedActions(input);
  const tags = checkedTags(input.Tags);
  const now = clock.now().getTime();
  await store.transaction(async (tx) => {
    await check(tx);
    const current = await alarmsIn(tx).get(scope, input.AlarmName);
    if (current && current.kind !== kind)
      throw validationError(`There is a ${current.kind} alarm of the name ${input.AlarmName} already.`);
    const alarm = {
      ...(current ? kept(current) : fresh(scope, input.AlarmName, tags, now)),
      ...(input.AlarmDescription !== undefined && { description: input.AlarmDescription }),
      ...actions,
      actionsEnabled: input.ActionsEnabled ?? true,
      configuredAt: now,
      kind,
      ...own(current as Kind<K> | undefined),
    } as unknown as AlarmRecord;
    await putAlarm(tx, scope, alarm, [configurationUpdate(alarm, current, now)]);
  });
  bell.ring();
}

const kept = ({ name, arn, tags, state, isSetByHand, historyCount, pending }: AlarmRecord) => ({
  name,
  arn,
  tags,
  state,
  isSetByHand,
  historyCount,
  pending,
});

const fresh = (
  scope: Scope,
  name: string,
  tags: Readonly<Record<string, string>>,
  now: number,
): ReturnType<typeof kept> => ({
  name,
  arn: arn('cloudwatch', scope, `alarm:${name}`),
  tags,
  state: {
    value: 'INSUFFICIENT_DATA',
    reason: 'Unchecked: Initial alarm creation',
    updatedAt: now,
    transitionedAt: now,
  },
  isSetByHand: false,
  historyCount: 0,
  pending: [],
});

const configurationUpdate = (alarm: AlarmRecord, current: AlarmRecord | undefined, now: number): HistoryItem => ({
  at: now,
  type: 'ConfigurationUpdate',
  summary: `Alarm "${alarm.name}" ${current ? 'updated' : 'created'}`,
  data: JSON.stringify({
    version: '1.0',
    type: current ? 'Update' : 'Create',
    [current ? 'updatedAlarm' : 'createdAlarm']: showAlarm(alarm),
  }),
});
