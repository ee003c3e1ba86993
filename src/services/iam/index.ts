import type * as IamSdk from '@aws-sdk/client-iam';
import type { Clock } from '../../kernel/clock.ts';
import type { Store } from '../../store/store.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { attachRolePolicy, detachRolePolicy, listAttachedRolePolicies } from './actions/attached-policies.ts';
import { createRole } from './actions/create-role.ts';
import { deleteRolePolicy, getRolePolicy, listRolePolicies, putRolePolicy } from './actions/inline-policies.ts';
import { listRoleTags, tagRole, untagRole } from './actions/role-tags.ts';
import {
  deleteRole,
  getRole,
  listInstanceProfilesForRole,
  listRoles,
  updateAssumeRolePolicy,
} from './actions/roles.ts';

/*
 * IAM: roles as names that others refer to, with the policies they were given.
 *
 * Not served: users, groups, customer managed policies, instance profiles, service-linked roles, permissions
 * boundaries, UpdateRole. Nothing is evaluated: a role allows everything. Every policy ARN of AWS's own is taken.
 */
export function iam({ store, clock }: { readonly store: Store; readonly clock: Clock }): Service {
  return {
    name: 'iam',
    actions: actionsOf(store, clock),
    start: async () => undefined,
    close: async () => undefined,
  };
}

const actionsOf = (store: Store, clock: Clock) =>
  ({
    AttachRolePolicy: attachRolePolicy(store),
    CreateRole: createRole(store, clock),
    DeleteRole: deleteRole(store),
    DeleteRolePolicy: deleteRolePolicy(store),
    DetachRolePolicy: detachRolePolicy(store),
    GetRole: getRole(store),
    GetRolePolicy: getRolePolicy(store),
    ListAttachedRolePolicies: listAttachedRolePolicies(store),
    ListInstanceProfilesForRole: listInstanceProfilesForRole(store),
    ListRolePolicies: listRolePolicies(store),
    ListRoleTags: listRoleTags(store),
    ListRoles: listRoles(store),
    PutRolePolicy: putRolePolicy(store),
    TagRole: tagRole(store),
    UntagRole: untagRole(store),
    UpdateAssumeRolePolicy: updateAssumeRolePolicy(store),
  }) satisfies Actions<typeof IamSdk>;
