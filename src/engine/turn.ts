import type { Checkpoint } from '../kernel/checkpoint.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Scope } from '../kernel/scope.ts';
import { checkpointStep } from './checkpoints.ts';
import type { Act, Decision, Ending, Waiting } from './decide/decision.ts';
import { decide } from './decide/decide.ts';
import { endingOf, endingOfEngineFault, isTransient } from './decide/faults.ts';
import type { Observed } from './decide/observed.ts';
import type { Scaled } from './decide/scaled.ts';
import { see } from './decide/see.ts';
import { whenFeasible } from './decide/vanished.ts';
import { type Deployment, isTerminal } from './deployment.ts';
import type { HookCalls } from './hook-calls.ts';
import { observe } from './observe.ts';
import { perform } from './perform/perform.ts';
import { PortError, type Ports } from './ports.ts';
import { type Recorded, recordDecision } from './record/record-decision.ts';
import { noteAttempt, settle } from './record/settle.ts';
import { newsOf, tellNews } from './tell-news.ts';

export interface TurnDeps {
  readonly ports: Ports;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkpoint: Checkpoint;
  readonly calls: HookCalls;
}

export interface Subject {
  readonly scope: Scope;
  readonly id: string;
}

/** What a turn came to: over for good, at once another one, or a wait. */
export type TurnEnd = 'over' | 'again' | Waiting;

const TELL_LATER: Waiting = { do: 'wait', because: 'its end could not be told', pace: 'retry' };

/** One turn of a deployment: tell, observe, decide, record, perform. */
export async function takeTurn(
  deps: TurnDeps,
  subject: Subject,
  askAlarms: boolean,
  signal: AbortSignal,
): Promise<TurnEnd> {
  const found = await deps.ports.deployments.get(subject.scope, subject.id);
  if (!found) return 'over';
  const isTold = await tellNews(deps, found);
  if (isTerminal(found.status)) return isTold ? 'over' : TELL_LATER;
  const moment = { now: deps.clock.now().getTime(), scaled: scaledBy(deps) };
  const observed = await observe(deps.ports, found, deps.calls, askAlarms, moment);
  const decided = await decideAndRecord(deps, subject, observed);
  if (!decided) return 'over';
  const { decision, deployment, step } = decided;
  if (decision.do === 'wait') return decision;
  deps.logger.debug('decided', { deploymentId: subject.id, step, decision: decision.do });
  deps.checkpoint(`${step}.recorded`);
  if (decision.do === 'begin' || decision.do === 'pass' || decision.do === 'end') return 'again';
  return performAndSettle(deps, { deployment, decision, step }, decision, observed, signal);
}

/** Ends a deployment that the engine cannot carry on. */
export const giveUp = (deps: TurnDeps, subject: Subject, message: string): Promise<void> =>
  changeRecord(deps, subject, (current, now) =>
    recordDecision(current, endingOfEngineFault(current, message), now, scaledBy(deps)),
  );

interface Decided {
  readonly decision: Decision;
  readonly deployment: Deployment;
  readonly step: string;
}

/** Decides on the newest record, inside the transaction that stores the decision: a stop cannot slip in between. */
async function decideAndRecord(deps: TurnDeps, subject: Subject, observed: Observed): Promise<Decided | undefined> {
  let decided: Decided | undefined;
  await changeRecord(deps, subject, (current, now) => {
    const seen = see(current, observed, now);
    const decision = decide(seen, observed, now, scaledBy(deps));
    const recorded = recordDecision(seen, decision, now, scaledBy(deps));
    decided = { decision, deployment: recorded.deployment, step: checkpointStep(seen, decision) };
    return recorded;
  });
  return decided;
}

async function performAndSettle(
  deps: TurnDeps,
  { deployment, step }: Decided,
  act: Act,
  observed: Observed,
  signal: AbortSignal,
): Promise<TurnEnd> {
  try {
    const outcome = await perform(deps.ports, deployment, act, { calls: deps.calls, signal });
    deps.checkpoint(`${step}.performed`);
    await changeRecord(deps, deployment, (current, now) => ({ deployment: settle(current, act, outcome, now) }));
    return 'again';
  } catch (cause) {
    if (!(cause instanceof PortError)) throw cause;
    // Cut off because Teal ends: the next start performs it again.
    if (signal.aborted) return 'over';
    deps.logger.warn('an act was refused', { deploymentId: deployment.id, act: act.do, fault: cause.fault, cause });
    if (isTransient(cause)) return tryLater(deps, deployment, act, cause, step);
    await changeRecord(deps, deployment, (current, now) => {
      const ending: Ending = endingOf(current, act, cause);
      return recordDecision(current, whenFeasible(ending, current, observed), now, scaledBy(deps));
    });
    deps.checkpoint('engine.end.recorded');
    return 'again';
  }
}

/** A hook's attempts are counted in the record: the rule of its step says when the next one is due, and the last. */
async function tryLater(
  deps: TurnDeps,
  deployment: Deployment,
  act: Act,
  cause: PortError,
  step: string,
): Promise<TurnEnd> {
  if (act.do !== 'invokeHook') return { do: 'wait', because: cause.message, pace: 'retry' };
  await changeRecord(deps, deployment, (current, now) => ({ deployment: noteAttempt(current, cause, now) }));
  deps.checkpoint(`${step}.attempted`);
  return 'again';
}

const scaledBy =
  ({ clock }: TurnDeps): Scaled =>
  (span) =>
    clock.scaled(span);

/** Applies a change to the newest record unless it is terminal or nothing changes, and records what is to be told. */
async function changeRecord(
  { ports, clock, logger }: TurnDeps,
  { scope, id }: Subject,
  apply: (current: Deployment, now: number) => Recorded,
): Promise<void> {
  let changed: readonly Deployment[] = [];
  await ports.deployments.change(scope, id, (current) => {
    changed = [];
    if (isTerminal(current.status)) return undefined;
    const now = clock.now().getTime();
    const { deployment, also } = apply(current, now);
    if (!also && JSON.stringify(deployment) === JSON.stringify(current)) return undefined;
    changed = [...(deployment.status === current.status ? [] : [deployment]), ...(also ? [also] : [])];
    const progress = { ...deployment.progress, updatedAt: now };
    const stamped = { ...deployment, ...newsOf(current, deployment, now), progress };
    return { deployment: stamped, ...(also && { also }) };
  });
  for (const deployment of changed) logger.info('deployment', { id: deployment.id, status: deployment.status });
}
