import type { StartLiveTailCommand } from '@aws-sdk/client-cloudwatch-logs';
import { parseArn } from '../../../kernel/arn.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { invalidParameter, noGroup } from '../faults.ts';
import { groupOfIdentifier, requireGroup } from '../find.ts';
import { createCollector, type Asked } from '../live-tail/collector.ts';
import { sessionEvents } from '../live-tail/session.ts';
import { compilePattern } from '../patterns/pattern.ts';

type Input = ActionInput<typeof StartLiveTailCommand>;

export const startLiveTail =
  ({ store, clock, tails }: LogsDeps): Action<typeof StartLiveTailCommand> =>
  async (input, ctx) => {
    const asked = readAsked(ctx, input);
    for (const group of asked.groups) await requireGroup(store, ctx, group);
    const { logGroupIdentifiers, logStreamNames = [], logStreamNamePrefixes = [], logEventFilterPattern = '' } = input;
    const start = {
      requestId: ctx.requestId,
      sessionId: newId.uuid(),
      ...{ logGroupIdentifiers, logStreamNames, logStreamNamePrefixes, logEventFilterPattern },
    };
    const collector = createCollector(asked);
    const end = tails.open(ctx, (batch) => collector.take(batch));
    const signal = AbortSignal.any([ctx.signal, tails.closing]);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    return {
      responseStream: ending(
        sessionEvents(clock, start, () => collector.update(), signal),
        end,
      ),
    };
  };

async function* ending<T>(events: AsyncIterable<T>, end: () => void): AsyncGenerator<T, void, undefined> {
  try {
    yield* events;
  } finally {
    end();
  }
}

/** @throws {InvalidParameterException} */
function readAsked(scope: Scope, input: Input): Asked {
  const { logStreamNames: streams, logStreamNamePrefixes: prefixes } = input;
  if (streams && prefixes)
    throw invalidParameter('logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.');
  if ((streams ?? prefixes) && input.logGroupIdentifiers.length > 1)
    throw invalidParameter('Log streams can be specified only with exactly one log group identifier.');
  const groups = input.logGroupIdentifiers.map((identifier) => groupHere(scope, identifier));
  if (new Set(groups).size < groups.length) throw invalidParameter('The log group identifiers are not distinct.');
  return { groups, streams, prefixes, pattern: compilePattern(input.logEventFilterPattern) };
}

/** @throws {ResourceNotFoundException} for an ARN of elsewhere */
function groupHere(scope: Scope, identifier: string): string {
  const found = parseArn(identifier);
  if (found && (found.account !== scope.account || found.region !== scope.region)) throw noGroup();
  return groupOfIdentifier(identifier);
}
