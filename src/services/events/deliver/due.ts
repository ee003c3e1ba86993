import type { Due } from '../../../kernel/delivery-queue.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { DeliveryRecord } from '../records.ts';

export const dueOf = (scope: Scope, { id, target, dueAt }: DeliveryRecord): Due => ({
  scope: { account: scope.account, region: scope.region },
  id,
  lane: target.Arn,
  dueAt,
});
