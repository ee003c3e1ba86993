import type {
  AttachRolePolicyCommand,
  DetachRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { parseArn } from '../../../kernel/arn.ts';
import type { Store } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import { noSuchEntity, validationError } from '../faults.ts';
import { pageOf } from '../paging.ts';
import { changeRole, requireRole } from '../records.ts';

/** Any policy that AWS manages is taken by its name: nothing is evaluated yet. */
export const attachRolePolicy =
  (store: Store): Action<typeof AttachRolePolicyCommand> =>
  async (input, ctx) => {
    const policyArn = input.PolicyArn;
    const { service, account, resource } = readPolicyArn(policyArn);
    const isAwsManaged = service === 'iam' && account === 'aws' && /^policy\/[\w+=,.@/-]+$/.test(resource);
    await requireRole(store, ctx, input.RoleName);
    if (!isAwsManaged) throw noSuchEntity(`Policy ${policyArn} does not exist or is not attachable.`);
    await changeRole(store, ctx, input.RoleName, (record) =>
      record.attached.includes(policyArn) ? record : { ...record, attached: [...record.attached, policyArn] },
    );
  };

export const detachRolePolicy =
  (store: Store): Action<typeof DetachRolePolicyCommand> =>
  async (input, ctx) => {
    readPolicyArn(input.PolicyArn);
    await changeRole(store, ctx, input.RoleName, (record) => {
      if (!record.attached.includes(input.PolicyArn)) throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
      return { ...record, attached: record.attached.filter((attached) => attached !== input.PolicyArn) };
    });
  };

export const listAttachedRolePolicies =
  (store: Store): Action<typeof ListAttachedRolePoliciesCommand> =>
  async (input, ctx) => {
    const { attached } = await requireRole(store, ctx, input.RoleName);
    const prefix = input.PathPrefix ?? '/';
    const found = attached.filter((policyArn) => pathOf(policyArn).startsWith(prefix));
    const { items, ...page } = pageOf(found, (policyArn) => policyArn, input);
    const AttachedPolicies = items.map((PolicyArn) => ({ PolicyName: PolicyArn.split('/').at(-1), PolicyArn }));
    return { AttachedPolicies, ...page };
  };

function readPolicyArn(text: string) {
  const parsed = parseArn(text);
  if (!parsed) throw validationError('Invalid ARN:  Could not be parsed!'); // two spaces, as AWS has them
  return parsed;
}

/** `/service-role/` of `arn:aws:iam::aws:policy/service-role/Name`. */
const pathOf = (policyArn: string): string => /:policy(\/(?:.*\/)?)/.exec(policyArn)?.[1] ?? '/';
