import type {
  DeleteRoleCommand,
  GetRoleCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolesCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Store } from '../../../store/store.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { pageOf } from '../paging.ts';
import { checkTrustPolicy } from '../policy-document.ts';
import { changeRole, globalScope, noSuchRole, requireRole, rolesIn } from '../records.ts';
import { shownRole, shownTags } from '../shown.ts';

export const getRole =
  (store: Store): Action<typeof GetRoleCommand> =>
  async (input, ctx) => {
    const record = await requireRole(store, ctx, input.RoleName);
    const tags = shownTags(record.tags);
    return {
      Role: {
        ...shownRole(record),
        MaxSessionDuration: record.maxSessionDuration,
        ...(tags.length > 0 ? { Tags: tags } : {}),
        RoleLastUsed: {},
      },
    };
  };

export const listRoles =
  (store: Store): Action<typeof ListRolesCommand> =>
  async (input, ctx) => {
    const prefix = input.PathPrefix ?? '/';
    const found = (await rolesIn(store).list(globalScope(ctx))).filter((record) => record.path.startsWith(prefix));
    const { items, ...page } = pageOf(found, (record) => record.name, input);
    const Roles = items.map((record) => ({ ...shownRole(record), MaxSessionDuration: record.maxSessionDuration }));
    return { Roles, ...page };
  };

export const deleteRole =
  (store: Store): Action<typeof DeleteRoleCommand> =>
  (input, ctx) =>
    store.transaction(async (tx) => {
      const record = await requireRole(tx, ctx, input.RoleName);
      if (record.attached.length > 0) throw conflict('must detach all policies first.');
      if (Object.keys(record.inline).length > 0) throw conflict('must delete policies first.');
      if (!(await rolesIn(tx).remove(globalScope(ctx), record.name))) throw noSuchRole(record.name);
    });

const conflict = (what: string) => new ApiError('DeleteConflict', `Cannot delete entity, ${what}`, 409);

export const updateAssumeRolePolicy =
  (store: Store): Action<typeof UpdateAssumeRolePolicyCommand> =>
  async (input, ctx) => {
    checkTrustPolicy(input.PolicyDocument);
    const trustPolicy = input.PolicyDocument;
    await changeRole(store, ctx, input.RoleName, (record) => ({ ...record, trustPolicy }));
  };

/** There are no instance profiles; Terraform asks before it deletes a role. */
export const listInstanceProfilesForRole =
  (store: Store): Action<typeof ListInstanceProfilesForRoleCommand> =>
  async (input, ctx) => {
    await requireRole(store, ctx, input.RoleName);
    return { InstanceProfiles: [], IsTruncated: false };
  };
