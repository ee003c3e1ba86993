import type { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { conflict, functionNotFound, invalidParameter } from '../faults.ts';
import { readFunctionName, type FunctionName } from '../function-name.ts';
import { isVersion } from '../qualified.ts';
import { aliasesIn, eventConfigsIn, functionsIn, LATEST, policiesIn, qualifiedId, versionsIn } from '../records.ts';

/**
 * Deletes a function with everything that belongs to it, or one version. The code stays on disk until the next start: an
 * invocation may be running from it.
 */
export const deleteFunction =
  ({ store }: LambdaTools): Action<typeof DeleteFunctionCommand> =>
  async (input, ctx) => {
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    await store.transaction(async (tx) => {
      const known = name.account === ctx.account && (await functionsIn(tx).get(ctx, name.name));
      if (!known) throw functionNotFound(name.arn);
      if (name.qualifier === undefined) await removeAll(tx, ctx, name.name);
      else await removeVersion(tx, ctx, name, name.qualifier);
    });
    return { StatusCode: 204 };
  };

/** Deleting a version that is not there is no error, as on AWS. */
async function removeVersion(tx: Transaction, scope: Scope, { name }: FunctionName, version: string): Promise<void> {
  if (version === LATEST) throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
  if (!isVersion(version)) throw invalidParameter('Deletion of aliases is not currently supported.');
  const using = (await aliasesIn(tx).list(scope, name))
    .filter((alias) => alias.version === version || alias.additional?.version === version)
    .map((alias) => alias.name);
  if (using.length > 0) {
    throw conflict(`Unable to delete version because the following aliases reference it: [${using.join(', ')}]`);
  }
  const id = qualifiedId(name, version);
  for (const records of [versionsIn(tx), policiesIn(tx), eventConfigsIn(tx)]) await records.remove(scope, id);
}

async function removeAll(tx: Transaction, scope: Scope, name: string): Promise<void> {
  const versions = (await versionsIn(tx).list(scope, name)).map(({ version }) => version);
  const aliases = (await aliasesIn(tx).list(scope, name)).map((alias) => alias.name);
  for (const qualifier of [LATEST, ...versions, ...aliases])
    for (const records of [versionsIn(tx), aliasesIn(tx), policiesIn(tx), eventConfigsIn(tx)])
      await records.remove(scope, qualifiedId(name, qualifier));
  await functionsIn(tx).remove(scope, name);
}
