import {
  OperationNotPermittedException,
  type SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { findDefaultRule, requireRule } from '../look-ups.ts';
import type { RuleRecord } from '../records.ts';
import { shownRule } from '../shown/rule.ts';
import { priorityInUse } from './create-rule.ts';

/** Sets all priorities at once, so that two rules can change places. */
export const setRulePriorities =
  (elb: Elb): Action<typeof SetRulePrioritiesCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const changed: RuleRecord[] = [];
      for (const { RuleArn: arn, Priority: priority } of input.RulePriorities) {
        if (await findDefaultRule(tx, ctx, arn))
          throw fault(OperationNotPermittedException, `Default rule '${arn ?? ''}' cannot have its priority changed`);
        if (priority === undefined) throw validationError('A priority must be specified');
        if (changed.some((rule) => rule.priority === priority))
          throw validationError(`Priority '${priority}' was provided multiple times`);
        const current = await requireRule(tx, ctx, arn);
        if (changed.some((rule) => rule.arn === current.arn))
          throw validationError(`Rule '${current.arn}' was provided multiple times`);
        changed.push({ ...current, priority });
      }
      for (const rule of changed) {
        const others = await tx.rules.list(ctx, rule.listenerArn);
        const taken = others.some(
          (other) => other.priority === rule.priority && !changed.some((one) => one.arn === other.arn),
        );
        if (taken) throw priorityInUse(rule.priority);
      }
      for (const rule of changed) await tx.rules.put(ctx, rule.arn, rule);
      await tx.nextEpoch();
      return { Rules: changed.map(shownRule) };
    });
