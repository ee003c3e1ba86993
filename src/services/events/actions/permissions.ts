import type { Condition, PutPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-eventbridge';
import { isRecord } from '../../../kernel/event-pattern/pattern.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { EventsTools } from '../deps.ts';
import { validation } from '../faults.ts';
import { busesIn, busNamed, type BusRecord } from '../records.ts';

type Statement = Readonly<Record<string, unknown>>;

/** A statement of the same id is replaced; a whole policy replaces all. */
export const putPermission =
  ({ store, clock }: EventsTools): Action<typeof PutPermissionCommand> =>
  (input, ctx) =>
    changePolicy({ store, clock }, ctx, input.EventBusName, (bus) => {
      if (input.Policy !== undefined) return readPolicy(input.Policy);
      const { Principal: principal, StatementId: id, Action: action } = input;
      if (principal === undefined || id === undefined || action === undefined)
        throw validation('Parameter(s) Action, Principal and StatementId must be specified, or Policy.');
      const others = statementsOf(bus).filter(({ Sid }) => Sid !== id);
      return [...others, newStatement(bus, { principal, id, action, condition: input.Condition })];
    });

export const removePermission =
  ({ store, clock }: EventsTools): Action<typeof RemovePermissionCommand> =>
  (input, ctx) =>
    changePolicy({ store, clock }, ctx, input.EventBusName, (bus) => remaining(bus, input));

/** @throws ResourceNotFoundException */
function remaining(bus: BusRecord, input: ActionInput<typeof RemovePermissionCommand>): readonly Statement[] {
  if (input.RemoveAllPermissions === true) return [];
  if (bus.policy === undefined) throw new ApiError('ResourceNotFoundException', 'EventBus does not have a policy.');
  const left = statementsOf(bus).filter(({ Sid }) => Sid !== input.StatementId);
  if (left.length === statementsOf(bus).length)
    throw new ApiError('ResourceNotFoundException', 'Statement with the provided id does not exist.');
  return left;
}

/** A policy without statements is none. */
const changePolicy = (
  { store, clock }: Pick<EventsTools, 'store' | 'clock'>,
  scope: Scope,
  name: string | undefined,
  change: (bus: BusRecord) => readonly Statement[],
): Promise<void> =>
  store.transaction(async (tx) => {
    const bus = await busNamed(tx, scope, name);
    const Statement = change(bus);
    const { policy: _former, ...rest } = bus;
    const policy = Statement.length === 0 ? {} : { policy: JSON.stringify({ Version: '2012-10-17', Statement }) };
    await busesIn(tx).put(scope, bus.name, { ...rest, ...policy, changedAt: clock.now().getTime() });
  });

const statementsOf = ({ policy }: BusRecord): readonly Statement[] => (policy === undefined ? [] : readPolicy(policy));

/** @throws ValidationException */
function readPolicy(text: string): readonly Statement[] {
  const policy = parsed(text);
  const given = isRecord(policy) ? policy['Statement'] : undefined;
  const statements: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (!statements.every(isRecord)) throw validation('Parameter Policy is not valid. Reason: it is no JSON policy.');
  return statements;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Granted {
  readonly principal: string;
  readonly id: string;
  readonly action: string;
  readonly condition: Condition | undefined;
}

const newStatement = ({ arn }: BusRecord, { principal, id, action, condition }: Granted): Statement => ({
  Sid: id,
  Effect: 'Allow',
  Principal: principal === '*' ? '*' : { AWS: `arn:aws:iam::${principal}:root` },
  Action: action,
  Resource: arn,
  ...(condition && { Condition: { [condition.Type ?? '']: { [condition.Key ?? '']: condition.Value } } }),
});
