import type { Scope } from '../../../kernel/scope.ts';
import { millis, minutes, type Millis } from '../../../kernel/span.ts';
import type { Kept, Remembered } from '../../../store/store.ts';
import { CADENCES, cadenceOf, endAt, settling, tickOf, type Cadence } from './cadence.ts';
import { evaluateComposite, inOrder } from './composite.ts';
import type { AlarmDeps } from './deps.ts';
import { evaluateMetric, spanOf } from './evaluate-metric.ts';
import { putAlarm } from './history.ts';
import { startPerformer, type Performer } from './perform/performer.ts';
import { readingAhead, type ReadAhead } from './read-ahead.ts';
import { alarmsIn, type AlarmRecord, type MetricAlarmRecord, type MetricSource } from './records.ts';
import { review, suppressorOf, withhold } from './suppress.ts';
import { withState, type NextState } from './transition.ts';

export interface AlarmLoop {
  start(): void;
  /** Ends the loop; actions that were not done are done at the next start. */
  close(): Promise<void>;
}

const LONGEST_WAIT = minutes(1);
const AFTER_TROUBLE = millis(1000);
/** Alarms read with one question, and written as one transaction: an API call waits for no more than these. */
const BATCH = 100;

type Changed<T extends AlarmRecord> = { readonly kept: Kept<T>; readonly next: NextState };

/** Evaluates alarms each minute, or every ten seconds when their periods are short, and does what changes ask for. */
export function createAlarmLoop(deps: AlarmDeps): AlarmLoop {
  const closing = new AbortController();
  const evaluatedTo = new Map<Cadence, number>();
  let running: Promise<void> = Promise.resolve();
  /** Most alarms are as they were a second ago. */
  const remembered: Remembered<AlarmRecord> = new Map();
  const ahead = readingAhead(deps.reader);
  let performer: Performer | undefined;

  const pass = async (): Promise<Millis> => {
    const kept = await alarmsIn(deps.store).everywhere(remembered);
    const metrics = kept.filter((one): one is Kept<MetricAlarmRecord> => one.record.kind === 'metric');
    let wait: number = LONGEST_WAIT;
    let hasChanged = false;
    for (const cadence of CADENCES) {
      const mine = metrics.filter(({ record }) => cadenceOf(record.period) === cadence);
      if (mine.length === 0) continue;
      const tick = tickOf(deps.clock, cadence);
      const end = endAt(deps.clock.now().getTime(), tick);
      if (evaluatedTo.get(cadence) !== end) {
        evaluatedTo.set(cadence, end);
        hasChanged = (await evaluateAll(deps, ahead, mine, end, tick)) || hasChanged;
      }
      wait = Math.min(wait, end + tick + settling(tick) - deps.clock.now().getTime());
    }
    const now = hasChanged ? await alarmsIn(deps.store).everywhere(remembered) : kept;
    const all = (await evaluateComposites(deps, now)) ? await alarmsIn(deps.store).everywhere(remembered) : now;
    performer?.perform(all);
    for (const { record } of all)
      if (record.kind === 'composite' && record.withheld?.until !== undefined)
        wait = Math.min(wait, record.withheld.until - deps.clock.now().getTime());
    return millis(Math.max(1, wait));
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      let wait: Millis = AFTER_TROUBLE;
      try {
        wait = await pass();
      } catch (error) {
        if (!closing.signal.aborted) deps.logger.error('alarms could not be evaluated', { error });
      }
      await deps.bell.wait(wait, closing.signal);
    }
  };

  return {
    start() {
      performer = startPerformer(deps);
      running = run();
    },
    async close() {
      closing.abort();
      await running;
      await performer?.close();
    },
  };
}

/** @returns whether any alarm changed */
async function evaluateAll(
  deps: AlarmDeps,
  ahead: ReadAhead,
  alarms: readonly Kept<MetricAlarmRecord>[],
  end: number,
  tick: number,
): Promise<boolean> {
  let hasChanged = false;
  for (let from = 0; from < alarms.length; from += BATCH) {
    try {
      const changed = await evaluateBatch(deps, ahead, alarms.slice(from, from + BATCH), end, tick);
      if (changed.length > 0) await write(deps, changed);
      hasChanged ||= changed.length > 0;
    } catch (error) {
      deps.logger.error('alarms could not be evaluated', { count: Math.min(BATCH, alarms.length - from), error });
    }
  }
  return hasChanged;
}

async function evaluateBatch(
  deps: AlarmDeps,
  ahead: ReadAhead,
  alarms: readonly Kept<MetricAlarmRecord>[],
  end: number,
  tick: number,
): Promise<readonly Changed<MetricAlarmRecord>[]> {
  const wanted = alarms.flatMap(({ scope, record }) =>
    metricsOf(record).map((metric) => ({ scope, metric, span: spanOf(record, end, tick) })),
  );
  const reading = { points: await ahead(wanted), evaluateMath: deps.evaluateMath };
  const changed: Changed<MetricAlarmRecord>[] = [];
  for (const kept of alarms) {
    const { record } = kept;
    try {
      const next = await evaluateMetric(reading, deps.clock, record, spanOf(record, end, tick));
      if (next) changed.push({ kept, next });
    } catch (error) {
      deps.logger.error('an alarm could not be evaluated', { alarm: record.arn, error });
    }
  }
  return changed;
}

const metricsOf = ({ metric, queries = [] }: MetricAlarmRecord): readonly MetricSource[] =>
  metric ? [metric] : queries.flatMap((query) => query.metric ?? []);

/** What was changed by hand while it was evaluated is left to the next time. */
async function write(deps: AlarmDeps, changed: readonly Changed<AlarmRecord>[]): Promise<void> {
  const now = deps.clock.now().getTime();
  await deps.store.transaction(async (tx) => {
    for (const { kept, next } of changed) {
      const current = await alarmsIn(tx).get(kept.scope, kept.id);
      if (!current || !isSame(current, kept.record)) continue;
      const { alarm, items } = withState(current, next, now);
      await putAlarm(tx, kept.scope, alarm, items);
    }
  });
}

const isSame = (a: AlarmRecord, b: AlarmRecord): boolean =>
  a.configuredAt === b.configuredAt && a.state.updatedAt === b.state.updatedAt && a.state.reason === b.state.reason;

/** @returns whether any alarm changed */
async function evaluateComposites(deps: AlarmDeps, all: readonly Kept<AlarmRecord>[]): Promise<boolean> {
  const scopes = new Map<string, { readonly scope: Scope; readonly alarms: Map<string, AlarmRecord> }>();
  for (const { scope, record } of all) {
    const key = `${scope.account}/${scope.region}`;
    const known = scopes.get(key) ?? { scope, alarms: new Map<string, AlarmRecord>() };
    scopes.set(key, known);
    known.alarms.set(record.name, record);
  }
  let hasChanged = false;
  for (const { scope, alarms } of scopes.values())
    for (const composite of inOrder(alarms)) {
      const verdict = evaluateComposite(composite, alarms);
      if (!verdict) continue;
      const now = deps.clock.now().getTime();
      const changed = await deps.store.transaction(async (tx) => {
        const current = await alarmsIn(tx).get(scope, composite.name);
        if (current?.kind !== 'composite' || !isSame(current, composite)) return undefined;
        const { fresh: _done, ...rest } = current;
        const { alarm, items } = withState({ ...rest, seen: verdict.seen }, verdict.next, now);
        const held = withhold(current, alarm, alarms.get(suppressorOf(alarm) ?? ''), now, deps.clock);
        await putAlarm(tx, scope, held, items);
        return held;
      });
      if (changed) alarms.set(changed.name, changed);
      hasChanged = true;
    }
  for (const { scope, alarms } of scopes.values())
    for (const alarm of alarms.values())
      if (alarm.kind === 'composite' && alarm.withheld)
        hasChanged = (await reviewOne(deps, scope, alarm, alarms)) || hasChanged;
  return hasChanged;
}

/** @returns whether what it holds back is due now, or held back for another reason */
function reviewOne(
  { store, clock }: AlarmDeps,
  scope: Scope,
  { name }: AlarmRecord,
  alarms: ReadonlyMap<string, AlarmRecord>,
) {
  return store.transaction(async (tx) => {
    const current = await alarmsIn(tx).get(scope, name);
    if (current?.kind !== 'composite') return false;
    const next = review(current, alarms.get(suppressorOf(current) ?? ''), clock.now().getTime(), clock);
    if (next) await putAlarm(tx, scope, next);
    return next !== undefined;
  });
}
