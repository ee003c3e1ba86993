import type {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Store } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import { noSuchEntity } from '../faults.ts';
import { pageOf } from '../paging.ts';
import { checkPolicy, encodeDocument } from '../policy-document.ts';
import { changeRole, requireRole } from '../records.ts';

export const putRolePolicy =
  (store: Store): Action<typeof PutRolePolicyCommand> =>
  async (input, ctx) => {
    const { PolicyName, PolicyDocument } = input;
    checkPolicy(PolicyDocument);
    await changeRole(store, ctx, input.RoleName, (record) => {
      const others = Object.entries(record.inline).filter(([name]) => name !== PolicyName);
      return { ...record, inline: Object.fromEntries([...others, [PolicyName, PolicyDocument]]) };
    });
  };

export const getRolePolicy =
  (store: Store): Action<typeof GetRolePolicyCommand> =>
  async (input, ctx) => {
    const { name, inline } = await requireRole(store, ctx, input.RoleName);
    const document = Object.hasOwn(inline, input.PolicyName) ? inline[input.PolicyName] : undefined;
    if (document === undefined) throw noSuchPolicy(input.PolicyName);
    return { RoleName: name, PolicyName: input.PolicyName, PolicyDocument: encodeDocument(document) };
  };

export const deleteRolePolicy =
  (store: Store): Action<typeof DeleteRolePolicyCommand> =>
  async (input, ctx) => {
    await changeRole(store, ctx, input.RoleName, (record) => {
      if (!Object.hasOwn(record.inline, input.PolicyName)) throw noSuchPolicy(input.PolicyName);
      const others = Object.entries(record.inline).filter(([name]) => name !== input.PolicyName);
      return { ...record, inline: Object.fromEntries(others) };
    });
  };

export const listRolePolicies =
  (store: Store): Action<typeof ListRolePoliciesCommand> =>
  async (input, ctx) => {
    const { inline } = await requireRole(store, ctx, input.RoleName);
    const { items, ...page } = pageOf(Object.keys(inline), (name) => name, input);
    return { PolicyNames: items, ...page };
  };

const noSuchPolicy = (name: string) => noSuchEntity(`The role policy with name ${name} cannot be found.`);
