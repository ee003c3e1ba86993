import type { ContainerObservation, ContainerSpec, Dependency } from './runtime.ts';
import type { TaskRecord } from './task-records.ts';

/** What to do next with the containers of a task; each list in the order of the definition. */
export interface Conduct {
  /** Never ran, and all it waits for has come. */
  readonly start: readonly ContainerSpec[];
  /** Ended by itself, and its policy starts it again. */
  readonly restart: readonly ContainerSpec[];
  /** Runs, must end, and nothing that depends on it runs any more. */
  readonly signal: readonly ContainerSpec[];
  /** What one waits for will never come. */
  readonly failure?: { readonly container: string; readonly reason: string };
  /** When to look again although nothing happens, in epoch milliseconds. */
  readonly lookAgainAt?: number;
}

const NOTHING: Conduct = { start: [], restart: [], signal: [] };

/** Decides from what is recorded and seen of a task's containers; doing it twice does no harm. */
export function conduct(record: TaskRecord, looks: readonly ContainerObservation[], now: number): Conduct {
  if (record.stoppedAt !== undefined) return NOTHING;
  if (record.stop) return { ...NOTHING, signal: toSignal(record, looks) };
  const waiting = record.spec.containers.filter(({ name }) => lookAt(looks, name)?.state === 'pending');
  const verdicts = waiting.map((container) => ({ container, verdict: verdictOf(record, container, looks, now) }));
  for (const { container, verdict } of verdicts)
    if (verdict.is === 'never') return { ...NOTHING, failure: { container: container.name, reason: verdict.because } };
  const deadlines = verdicts.flatMap(({ verdict }) => (verdict.is === 'later' ? (verdict.until ?? []) : []));
  return {
    ...NOTHING,
    start: verdicts.filter(({ verdict }) => verdict.is === 'now').map(({ container }) => container),
    restart: record.spec.containers.filter((container) => isRestartDue(container, lookAt(looks, container.name))),
    ...(deadlines.length > 0 && { lookAgainAt: Math.min(...deadlines) }),
  };
}

type Verdict =
  | { readonly is: 'now' }
  | { readonly is: 'later'; readonly until?: number }
  | { readonly is: 'never'; readonly because: string };

function verdictOf(
  { spec }: TaskRecord,
  container: ContainerSpec,
  looks: readonly ContainerObservation[],
  now: number,
): Verdict {
  let later: Verdict = { is: 'now' };
  for (const dependency of dependenciesOf(container)) {
    const target = spec.containers.find(({ name }) => name === dependency.container);
    const look = lookAt(looks, dependency.container);
    if (!target || !look) continue;
    const met = meets(dependency, look);
    if (met === true) continue;
    const words = `container ordering dependency [${target.name}] for target [${container.name}]`;
    if (met !== 'not yet') return { is: 'never', because: `dependency graph: failed to resolve ${words} ${met}` };
    const until = timeoutOf(dependency, target, look);
    if (until !== undefined && until <= now)
      return { is: 'never', because: `dependency graph: ${words} has timed out.` };
    const earliest = Math.min(until ?? Infinity, later.is === 'later' ? (later.until ?? Infinity) : Infinity);
    later = { is: 'later', ...(earliest < Infinity && { until: earliest }) };
  }
  return later;
}

/** @returns `true`, `not yet`, or why never, in the words of the ECS agent (assumed) */
function meets({ condition }: Dependency, { state, exitCode, health }: ContainerObservation): true | string {
  if (condition === 'START') return state === 'pending' ? 'not yet' : true;
  if (condition === 'HEALTHY') {
    if (state === 'stopped') return 'as dependency did not become healthy.';
    if (health === 'UNHEALTHY') return 'as dependency is unhealthy.';
    return state === 'running' && health === 'HEALTHY' ? true : 'not yet';
  }
  if (state !== 'stopped') return 'not yet';
  return condition === 'COMPLETE' || exitCode === 0 ? true : 'as dependency did not exit successfully.';
}

function timeoutOf(
  { condition }: Dependency,
  { startTimeout }: ContainerSpec,
  { startedAt }: ContainerObservation,
): number | undefined {
  if (condition === 'START' || startTimeout === undefined || startedAt === undefined) return undefined;
  return startedAt + startTimeout;
}

/** Links and volumesFrom imply START. */
export const dependenciesOf = ({ dependsOn = [], links = [], volumesFrom = [] }: ContainerSpec): Dependency[] => [
  ...dependsOn,
  ...links.map((link): Dependency => ({ container: link.split(':')[0] ?? '', condition: 'START' })),
  ...volumesFrom.map(({ container }): Dependency => ({ container, condition: 'START' })),
];

function toSignal({ spec, stop }: TaskRecord, looks: readonly ContainerObservation[]): ContainerSpec[] {
  const isRunning = (name: string): boolean => lookAt(looks, name)?.state === 'running';
  return spec.containers.filter(({ name }) => {
    if (!isRunning(name) || stop?.killAt[name] !== undefined) return false;
    return !spec.containers.some(
      (other) => isRunning(other.name) && dependenciesOf(other).some(({ container }) => container === name),
    );
  });
}

/** Whether its policy starts an ended container again. Source: ECS developer guide, container restart policies. */
export function isRestartDue({ restart }: ContainerSpec, look: ContainerObservation | undefined): boolean {
  if (!restart || look?.state !== 'stopped' || look.exitCode === undefined) return false;
  if (restart.ignoredExitCodes.includes(look.exitCode)) return false;
  return (look.finishedAt ?? 0) - (look.startedAt ?? 0) >= restart.attemptPeriod;
}

/** What a task shows: a container that is started again counts as running, as ECS shows it. */
export const shownLooks = (record: TaskRecord, looks: readonly ContainerObservation[]): ContainerObservation[] =>
  looks.map((look) => {
    const container = record.spec.containers.find(({ name }) => name === look.name);
    if (record.stop || !container || !isRestartDue(container, look)) return look;
    const { exitCode: _exitCode, reason: _reason, finishedAt: _finishedAt, ...rest } = look;
    return { ...rest, state: 'running', endpoints: [] };
  });

/** In an order in which whatever one depends on comes before it. */
export function inOrder(containers: readonly ContainerSpec[]): ContainerSpec[] {
  const sorted: ContainerSpec[] = [];
  const visit = (container: ContainerSpec, path: readonly ContainerSpec[]): void => {
    if (sorted.includes(container) || path.includes(container)) return;
    for (const { container: name } of dependenciesOf(container)) {
      const before = containers.find((one) => one.name === name);
      if (before) visit(before, [...path, container]);
    }
    sorted.push(container);
  };
  for (const container of containers) visit(container, []);
  return sorted;
}

const lookAt = (looks: readonly ContainerObservation[], name: string): ContainerObservation | undefined =>
  looks.find((look) => look.name === name);
