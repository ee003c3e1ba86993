import type { Due } from '../../../kernel/delivery-queue.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { DeliveryRecord, InvocationRecord } from '../records.ts';

/** Lanes take eight at once, and each of a function's sixteen its share: so many events of it at once, at most 128. */
export const eventDue = ({ account, region }: Scope, { requestId, functionName, dueAt }: InvocationRecord): Due => ({
  scope: { account, region },
  id: requestId,
  lane: `${account}/${region}/${functionName}/${requestId.slice(-1)}`,
  dueAt,
});

export const deliveryDue = ({ account, region }: Scope, { id, to, dueAt }: DeliveryRecord): Due => ({
  scope: { account, region },
  id,
  lane: to.arn,
  dueAt,
});
