import type { DeleteListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { Changing } from '../change.ts';
import type { Elb } from '../elb.ts';
import { requireListener } from '../look-ups.ts';

/** Deletes the listener with its rules. */
export const deleteListener =
  (elb: Elb): Action<typeof DeleteListenerCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const { arn } = await requireListener(tx, ctx, input.ListenerArn);
      await removeListener(tx, ctx, arn);
      return {};
    });

/** Removes a listener and its rules inside a change. */
export async function removeListener(tx: Changing, scope: Scope, arn: string): Promise<void> {
  for (const rule of await tx.rules.list(scope, arn)) await tx.rules.remove(scope, rule.arn);
  await tx.listeners.remove(scope, arn);
  await tx.nextEpoch();
}
