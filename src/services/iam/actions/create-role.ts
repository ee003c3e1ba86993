import type { CreateRoleCommand } from '@aws-sdk/client-iam';
import type { Clock } from '../../../kernel/clock.ts';
import { newId } from '../../../kernel/ids.ts';
import { DuplicateRecord, type Store } from '../../../store/store.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { validationError } from '../faults.ts';
import { checkTrustPolicy } from '../policy-document.ts';
import { globalScope, rolesIn, type RoleRecord } from '../records.ts';
import { shownRole, shownTags } from '../shown.ts';
import { withTags } from './role-tags.ts';

type Input = ActionInput<typeof CreateRoleCommand>;

export const createRole =
  (store: Store, clock: Clock): Action<typeof CreateRoleCommand> =>
  async (input, ctx) => {
    checkTrustPolicy(input.AssumeRolePolicyDocument);
    if (input.PermissionsBoundary) {
      throw validationError("Teal does not support 'PermissionsBoundary' yet: leave it out");
    }
    const record = newRole(input, ctx.account, clock.now().getTime());
    try {
      await rolesIn(store).insert(globalScope(ctx), record.name, record);
    } catch (error) {
      if (!(error instanceof DuplicateRecord)) throw error;
      throw new ApiError('EntityAlreadyExists', `Role with name ${record.name} already exists.`, 409);
    }
    const { MaxSessionDuration } = input;
    const Tags = input.Tags?.length ? shownTags(record.tags) : undefined;
    return { Role: { ...shownRole(record), MaxSessionDuration, Tags } };
  };

function newRole(input: Input, account: string, now: number): RoleRecord {
  const path = input.Path ?? '/';
  return {
    name: input.RoleName,
    id: newId.iam('AROA'),
    path,
    arn: `arn:aws:iam::${account}:role${path}${input.RoleName}`,
    trustPolicy: input.AssumeRolePolicyDocument,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    maxSessionDuration: input.MaxSessionDuration ?? 3600,
    tags: withTags({}, input.Tags ?? []),
    attached: [],
    inline: {},
    createdAt: now,
  };
}
