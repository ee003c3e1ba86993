import type { Clock } from '../../../kernel/clock.ts';
import { millis, seconds, type Millis } from '../../../kernel/span.ts';
import type { FunctionSpec, InvocationContext, InvocationResult, Print } from '../functions.ts';
import { failurePayload, failures, tooLargePayload, type Failure } from './error-payload.ts';
import { newLogStream } from './log-stream.ts';
import { LogTail } from './log-tail.ts';
import { PrintedLines } from './printed-lines.ts';
import type { OnOutput } from './read-output.ts';
import { failureLines, reportLines, startLine } from './report.ts';
import { startRuntimeApi, type Answer, type RuntimeApi } from './runtime-api.ts';
import type { Ending, SandboxProcess } from './sandbox-process.ts';
import { newTraceId } from './trace-id.ts';

/** How long a module may take to load; a function with a longer timeout gets that. Source: Lambda, init phase. */
const INIT_LIMIT = seconds(10);
/** What was printed before an answer is in the pipe already; this bounds the wait for its mark. */
const MARK_LIMIT = millis(50);

type Outcome =
  | { readonly by: 'function'; readonly answer: Answer }
  | { readonly by: 'init-error'; readonly body: string }
  | { readonly by: 'exit'; readonly ending: Ending }
  | { readonly by: 'timeout' };

export interface Invocation {
  /** Of the function as it was called. */
  readonly arn: string;
  readonly payload: string;
  readonly requestId: string;
  readonly print?: Print | undefined;
  readonly context?: InvocationContext | undefined;
}

/** Starts what a sandbox runs in. @throws {CannotStart} */
export type Launch = (
  place: { readonly port: number; readonly logStream: string },
  onOutput: OnOutput,
) => Promise<SandboxProcess>;

export interface SandboxPlan {
  readonly spec: FunctionSpec;
  readonly clock: Clock;
  readonly launch: Launch;
  /** How the end of an invocation's output is known: Teal's own bootstraps print a mark, others get a moment. */
  readonly outputEnds: 'with-mark' | Millis;
}

/** One process or container with a function loaded, which performs one invocation at a time. */
export class Sandbox {
  readonly spec: FunctionSpec;
  readonly #plan: SandboxPlan;
  readonly #clock: Clock;
  readonly #log = new LogTail();
  readonly #printed: PrintedLines;
  readonly #startedAt: number;
  #api: RuntimeApi | undefined;
  #process: SandboxProcess | undefined;
  #isAlive = true;
  #invocations = 0;
  /** When the running invocation's event was handed over, in epoch milliseconds. */
  #deliveredAt: number | undefined;
  #settle: ((outcome: Outcome) => void) | undefined;
  #deliver: (() => void) | undefined;
  /** An end that came before anyone asked. */
  #early: Outcome | undefined;

  private constructor(plan: SandboxPlan, logStream: string) {
    this.spec = plan.spec;
    this.#plan = plan;
    this.#clock = plan.clock;
    this.#startedAt = this.#now();
    this.#printed = new PrintedLines(logStream, () => plan.clock.now());
  }

  /** @throws {CannotStart} */
  static async start(plan: SandboxPlan): Promise<Sandbox> {
    const logStream = newLogStream(plan.spec.version, plan.clock.now());
    const sandbox = new Sandbox(plan, logStream);
    const api = await startRuntimeApi({
      delivered: () => sandbox.#deliver?.(),
      answered: (answer) => sandbox.#end({ by: 'function', answer }),
      initFailed: (body) => sandbox.#end({ by: 'init-error', body }),
    });
    sandbox.#api = api;
    try {
      sandbox.#process = await plan.launch({ port: api.port, logStream }, (chunk) => {
        sandbox.#log.append(chunk);
        return sandbox.#printed.add(chunk);
      });
    } catch (error) {
      api.close();
      throw error;
    }
    void sandbox.#process.ended.then((ending) => {
      sandbox.close();
      sandbox.#end({ by: 'exit', ending });
    });
    return sandbox;
  }

  get isAlive(): boolean {
    return this.#isAlive && this.#process?.hasExited !== true;
  }

  /** Resolves when nothing of it runs any more. */
  get ended(): Promise<unknown> {
    return this.#process?.ended ?? Promise.resolve();
  }

  /** @returns `undefined` when a warm process ended before it took the event: another sandbox may be tried */
  async invoke(invocation: Invocation): Promise<InvocationResult | undefined> {
    const isWarm = this.#invocations++ > 0;
    this.#deliveredAt = undefined;
    const firstLine = startLine(invocation.requestId, this.spec.version);
    this.#log.begin(firstLine);
    this.#printed.begin(invocation.print, firstLine);
    const outcome = await this.#outcome(invocation);
    this.#settle = undefined;
    if (isWarm && this.#deliveredAt === undefined && outcome.by !== 'function') {
      this.close();
      return undefined;
    }
    return this.#result(outcome, invocation.requestId, isWarm);
  }

  /** Ends the process and all that it started. */
  close(): void {
    this.#isAlive = false;
    this.#process?.kill();
    this.#api?.close();
  }

  async #outcome({ arn, payload, requestId, context = {} }: Invocation): Promise<Outcome> {
    const over = new AbortController();
    const deliveredTo = new Promise<void>((resolve) => (this.#deliver = resolve));
    const ended = new Promise<Outcome>((resolve) => (this.#settle = resolve));
    if (this.#early) this.#end(this.#early);
    const { timeout } = this.spec;
    this.#api?.offer({
      requestId,
      payload,
      arn,
      traceId: context.traceId ?? newTraceId(this.#clock.now()),
      ...(context.clientContext === undefined ? {} : { clientContext: context.clientContext }),
      deadlineAt: () => (this.#deliveredAt = this.#now()) + timeout,
    });
    const outcome = await Promise.race([ended, this.#timeout(deliveredTo, over.signal)]);
    over.abort();
    return outcome;
  }

  async #timeout(delivered: Promise<void>, signal: AbortSignal): Promise<Outcome> {
    const limit = Math.max(INIT_LIMIT, this.spec.timeout) as Millis;
    const init = new AbortController();
    const early = AbortSignal.any([signal, init.signal]);
    await Promise.race([delivered, this.#clock.sleep(limit, early)]);
    init.abort();
    if (this.#deliveredAt !== undefined) await this.#clock.sleep(this.spec.timeout, signal);
    return { by: 'timeout' };
  }

  #end(outcome: Outcome): void {
    if (this.#settle) this.#settle(outcome);
    else if (outcome.by !== 'function') this.#early ??= outcome;
  }

  async #result(outcome: Outcome, requestId: string, isWarm: boolean): Promise<InvocationResult> {
    const endedAt = this.#now();
    const startedAt = this.#deliveredAt ?? this.#startedAt;
    const memoryUsed = (await this.#process?.peakMemory()) ?? 0;
    if (outcome.by === 'function') await this.#untilPrinted(requestId);
    else this.close();
    const failure = this.#failure(outcome);
    const lastLines =
      (failure ? failureLines(requestId, failure, this.#clock.now()) : '') +
      reportLines({
        requestId,
        duration: millis(endedAt - startedAt),
        memorySize: this.spec.memoryMiB,
        memoryUsed,
        ...(isWarm ? {} : { initDuration: millis(startedAt - this.#startedAt) }),
        ...(failure ? { failure } : {}),
      });
    this.#printed.end(lastLines);
    const hasFailed = outcome.by !== 'function' || outcome.answer.kind !== 'response';
    return {
      payload: failure ? failurePayload(requestId, failure) : answered(outcome),
      ...(hasFailed ? { functionError: 'Unhandled' } : {}),
      logTail: this.#log.text(lastLines),
    };
  }

  /** What ended the sandbox, if it did not answer itself. */
  #failure(outcome: Outcome): Failure | undefined {
    if (outcome.by === 'exit') return failures.exited(outcome.ending.code, outcome.ending.signal);
    return outcome.by === 'timeout' ? failures.timedOut(this.spec.timeoutSeconds) : undefined;
  }

  async #untilPrinted(requestId: string): Promise<void> {
    const { outputEnds } = this.#plan;
    if (outputEnds !== 'with-mark') return this.#clock.sleep(outputEnds);
    const late = new AbortController();
    await Promise.race([this.#log.until(`\0teal-end ${requestId}\n`), this.#clock.sleep(MARK_LIMIT, late.signal)]);
    late.abort();
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function answered(outcome: Outcome): string {
  if (outcome.by === 'init-error') return outcome.body;
  if (outcome.by !== 'function') return '';
  return outcome.answer.kind === 'too-large' ? tooLargePayload() : outcome.answer.body;
}
