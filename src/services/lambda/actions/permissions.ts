import type { AddPermissionCommand, GetPolicyCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { conflict, invalidParameter, refuseOtherRevision, resourceNotFound } from '../faults.ts';
import { readFunctionName } from '../function-name.ts';
import { statementOf } from '../policy-statement.ts';
import { findQualified, requireQualified, type Qualified } from '../qualified.ts';
import { aliasesIn, functionsIn, LATEST, policiesIn, qualifiedId, versionsIn, type PolicyRecord } from '../records.ts';

/** Bytes of a policy. Source: Lambda quotas. */
const LONGEST_POLICY = 20_480;

export const addPermission =
  ({ store }: LambdaTools): Action<typeof AddPermissionCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    if (name.qualifier === LATEST) throw invalidParameter('We currently do not support adding policies for $LATEST.');
    const added = await store.transaction(async (tx) => {
      const found = await requireQualified(tx, ctx, name);
      refuseOtherRevision(revised(found), input.RevisionId);
      const statement = statementOf(input, found.arn);
      const { statements } = (await policyOf(tx, ctx, found)) ?? { statements: [] };
      if (statements.some(({ Sid }) => Sid === statement.Sid)) {
        throw conflict(
          `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      }
      await keep(tx, ctx, found, { statements: [...statements, statement] });
      return statement;
    });
    return { Statement: JSON.stringify(added) };
  };

export const removePermission =
  ({ store }: LambdaTools): Action<typeof RemovePermissionCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    await store.transaction(async (tx) => {
      const found = await findQualified(tx, ctx, name);
      if (!found) throw resourceNotFound(`No policy found for: ${name.arn}`);
      const policy = await policyOf(tx, ctx, found);
      if (!policy) throw resourceNotFound('No policy is associated with the given resource.');
      const statements = policy.statements.filter(({ Sid }) => Sid !== input.StatementId);
      if (statements.length === policy.statements.length)
        throw resourceNotFound(`Statement ${input.StatementId} is not found in resource policy.`);
      refuseOtherRevision(revised(found), input.RevisionId);
      await keep(tx, ctx, found, { statements });
    });
  };

export const getPolicy =
  ({ store }: LambdaTools): Action<typeof GetPolicyCommand> =>
  async (input, ctx) => {
    const found = await findQualified(store, ctx, readFunctionName(input.FunctionName, ctx, input.Qualifier));
    const policy = found && (await policyOf(store, ctx, found));
    if (!policy) throw resourceNotFound('The resource you requested does not exist.');
    return { Policy: textOf(policy), RevisionId: revised(found).revisionId };
  };

const textOf = ({ statements }: PolicyRecord): string =>
  JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });

/** A policy has no revision of its own but that of what it belongs to. */
const revised = ({ alias, record }: Qualified): { readonly revisionId: string } => alias ?? record;

const idOf = ({ latest, qualifier = LATEST }: Qualified): string => qualifiedId(latest.name, qualifier);

const policyOf = (tx: Transaction, scope: Scope, found: Qualified): Promise<PolicyRecord | undefined> =>
  policiesIn(tx).get(scope, idOf(found));

/** Keeps a policy, which is a new revision of what it belongs to; without statements there is none. */
async function keep(tx: Transaction, scope: Scope, found: Qualified, policy: PolicyRecord): Promise<void> {
  const size = Buffer.byteLength(textOf(policy));
  if (size > LONGEST_POLICY) {
    const message = `The final policy size (${size}) is bigger than the limit (${LONGEST_POLICY}).`;
    throw new ApiError('PolicyLengthExceededException', message);
  }
  if (policy.statements.length === 0) await policiesIn(tx).remove(scope, idOf(found));
  else await policiesIn(tx).put(scope, idOf(found), policy, { parent: found.latest.name });
  const revisionId = newId.uuid();
  if (found.alias) await aliasesIn(tx).change(scope, idOf(found), (alias) => ({ ...alias, revisionId }));
  else if (found.version === LATEST)
    await functionsIn(tx).change(scope, found.latest.name, (record) => ({ ...record, revisionId }));
  else await versionsIn(tx).change(scope, idOf(found), (record) => ({ ...record, revisionId }));
}
