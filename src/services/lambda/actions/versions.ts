import type { ListVersionsByFunctionCommand, PublishVersionCommand } from '@aws-sdk/client-lambda';
import type { Action } from '../../../wire/types.ts';
import { refuseBusy } from '../changes.ts';
import { refuseUnmade } from '../checks.ts';
import type { LambdaTools } from '../deps.ts';
import { invalidParameter, refuseOtherRevision } from '../faults.ts';
import { readFunctionName } from '../function-name.ts';
import { shownCodeSha256 } from '../packaging.ts';
import { pageOf, versionKey } from '../paging.ts';
import { publishVersion as publish } from '../publish.ts';
import { requireFunction, versionsIn, type FunctionRecord } from '../records.ts';
import { shownVersion, versionOf } from '../shown.ts';

export const publishVersion =
  ({ store, ring }: LambdaTools): Action<typeof PublishVersionCommand> =>
  async (input, ctx) => {
    refuseUnmade(input);
    const name = readFunctionName(input.FunctionName, ctx);
    const published = await store.transaction(async (tx) => {
      const latest = await requireFunction(tx, ctx, name);
      refuseBusy(latest);
      refuseOtherCode(latest, input.CodeSha256);
      refuseOtherRevision(latest, input.RevisionId);
      return publish(tx, ctx, latest, input.Description);
    });
    ring();
    return shownVersion(published);
  };

export const listVersionsByFunction =
  ({ store }: LambdaTools): Action<typeof ListVersionsByFunctionCommand> =>
  async (input, ctx) => {
    const latest = await requireFunction(store, ctx, readFunctionName(input.FunctionName, ctx));
    const all = [latest, ...(await versionsIn(store).list(ctx, latest.name))];
    const { items, ...more } = pageOf(all, (record) => versionKey(record.name, versionOf(record)), input);
    return { Versions: items.map(shownVersion), ...more };
  };

/** Recorded. */
function refuseOtherCode(latest: FunctionRecord, expected: string | undefined): void {
  const found = shownCodeSha256(latest);
  if (!expected || expected === found) return;
  throw invalidParameter(
    `CodeSHA256 (${expected}) is different from current CodeSHA256 in $LATEST (${found}). Please try again with the CodeSHA256 in $LATEST.`,
  );
}
