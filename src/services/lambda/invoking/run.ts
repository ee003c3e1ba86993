import { TooManyRequestsException } from '@aws-sdk/client-lambda';
import type { InvocationResult } from '../../../drivers/functions/functions.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import type { LambdaTools } from '../deps.ts';
import { functionSpec } from '../function-spec.ts';
import { printTo } from '../print-to.ts';
import type { Qualified } from '../qualified.ts';
import { ACCOUNT_CONCURRENCY, LEAST_UNRESERVED, reservedConcurrency } from './account-limit.ts';
import type { Refusal, Taken } from './concurrency.ts';
import { publishFor, publishForAll, resourceOf } from './metrics.ts';

export interface Call {
  readonly payload: string;
  readonly requestId: string;
  /** JSON text. */
  readonly clientContext?: string | undefined;
}

/** One invocation, or why it could not begin. */
export type Run = { readonly refused: Refusal } | { readonly refused?: undefined; readonly result: InvocationResult };

/** Runs a version of a function within its concurrency and publishes what is measured of it. */
export async function run(tools: LambdaTools, scope: Scope, called: Qualified, call: Call): Promise<Run> {
  const taken = await takePlace(tools, scope, called);
  if (typeof taken === 'string') {
    const throttled = [{ name: 'Throttles', value: 1 }];
    publishFor(tools, scope, tools.clock.now(), resourceOf(called), throttled);
    return { refused: taken };
  }
  try {
    return { result: await invoke(tools, scope, called, call, taken) };
  } finally {
    taken.release();
  }
}

async function invoke(tools: LambdaTools, scope: Scope, called: Qualified, call: Call, taken: Taken) {
  const { payload, requestId, clientContext } = call;
  const { clock, functions } = tools;
  const { record, version, arn } = called;
  const spec = { ...(await functionSpec(tools, scope, record)), arn, version };
  const began = clock.now();
  const { function: value, all: ofAll } = taken.now;
  publishFor(tools, scope, began, resourceOf(called), [{ name: 'ConcurrentExecutions', value, ofAll }]);
  publishForAll(tools, scope, began, [
    { name: 'UnreservedConcurrentExecutions', value: tools.concurrency.unreservedNow(scope) },
  ]);
  const result = await functions.invoke(spec, payload, requestId, printTo(tools, scope, record), {
    ...(clientContext === undefined ? {} : { clientContext }),
  });
  publishFor(tools, scope, began, resourceOf(called), [
    { name: 'Invocations', value: 1 },
    { name: 'Errors', value: result.functionError ? 1 : 0 },
    { name: 'Throttles', value: 0 },
    {
      name: 'Duration',
      value: reportedDuration(result.logTail) ?? clock.now().getTime() - began.getTime(),
      unit: 'Milliseconds',
    },
  ]);
  return result;
}

/** What all functions have reserved matters only when many run: so many are always left. */
async function takePlace({ store, concurrency }: LambdaTools, scope: Scope, { latest }: Qualified) {
  const { name, reservedConcurrency: reserved } = latest;
  const isFree = reserved !== undefined || concurrency.unreservedNow(scope) < LEAST_UNRESERVED;
  const unreserved = isFree ? LEAST_UNRESERVED : ACCOUNT_CONCURRENCY - (await reservedConcurrency(store, scope));
  return concurrency.take(scope, name, reserved, unreserved);
}

/** Milliseconds by the REPORT line, which knows them without the start of the sandbox. */
function reportedDuration(logTail: string): number | undefined {
  const [, found] = /^REPORT RequestId: .*?\tDuration: ([\d.]+) ms/m.exec(logTail) ?? [];
  return found === undefined ? undefined : Number(found);
}

/** Recorded. */
export const rateExceeded = (reason: Refusal): Error =>
  fault(TooManyRequestsException, 'Rate Exceeded.', { Reason: reason, Type: 'User' });
