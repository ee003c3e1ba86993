import type { Clock } from '../../../kernel/clock.ts';
import { millis, seconds, type Millis } from '../../../kernel/span.ts';
import type { FunctionSpec, InvocationResult, Print } from '../functions.ts';
import { errorPayload } from './error-payload.ts';
import { LogTail } from './log-tail.ts';
import { PrintedLines } from './printed-lines.ts';
import { reportLines, startLine } from './report.ts';
import { startRuntimeApi, type Answer, type RuntimeApi } from './runtime-api.ts';
import { startSandboxProcess, type Ending, type SandboxProcess } from './sandbox-process.ts';

/** How long a module may take to load; a function with a longer timeout gets that. Source: Lambda, init phase. */
const INIT_LIMIT = seconds(10);
/** What was printed before an answer is in the pipe already; this bounds the wait for its mark. */
const MARK_LIMIT = millis(50);

type Outcome =
  | { readonly by: 'function'; readonly answer: Answer }
  | { readonly by: 'init-error'; readonly body: string }
  | { readonly by: 'exit'; readonly ending: Ending }
  | { readonly by: 'timeout' };

export interface SandboxPlan {
  readonly spec: FunctionSpec;
  readonly clock: Clock;
  readonly command: readonly string[];
  readonly environment: (runtimeApi: string) => Record<string, string>;
}

/** One process with a function loaded, which performs one invocation at a time. */
export class Sandbox {
  readonly spec: FunctionSpec;
  readonly #clock: Clock;
  readonly #log = new LogTail();
  readonly #startedAt: number;
  #api: RuntimeApi | undefined;
  #printed: PrintedLines | undefined;
  #process: SandboxProcess | undefined;
  #isAlive = true;
  #invocations = 0;
  /** When the running invocation's event was handed over, in epoch milliseconds. */
  #deliveredAt: number | undefined;
  #requestId: string | undefined;
  #settle: ((outcome: Outcome) => void) | undefined;
  #deliver: (() => void) | undefined;
  /** An end that came before anyone asked. */
  #early: Outcome | undefined;

  private constructor(plan: SandboxPlan) {
    this.spec = plan.spec;
    this.#clock = plan.clock;
    this.#startedAt = this.#now();
  }

  static async start(plan: SandboxPlan): Promise<Sandbox> {
    const sandbox = new Sandbox(plan);
    const api = await startRuntimeApi({
      delivered: () => sandbox.#deliver?.(),
      answered: (requestId, answer) => {
        if (requestId === sandbox.#requestId) sandbox.#end({ by: 'function', answer });
      },
      initFailed: (body) => sandbox.#end({ by: 'init-error', body }),
    });
    const env = plan.environment(api.address);
    const printed = new PrintedLines(env['AWS_LAMBDA_LOG_STREAM_NAME'] ?? '', () => plan.clock.now());
    sandbox.#api = api;
    sandbox.#printed = printed;
    sandbox.#process = startSandboxProcess(plan.command, { cwd: plan.spec.codeFolder, env }, plan.clock, (chunk) => {
      sandbox.#log.append(chunk);
      return printed.add(chunk);
    });
    void sandbox.#process.ended.then((ending) => {
      sandbox.close();
      sandbox.#end({ by: 'exit', ending });
    });
    return sandbox;
  }

  get isAlive(): boolean {
    return this.#isAlive && this.#process?.hasExited !== true;
  }

  /** @returns `undefined` when a warm process ended before it took the event: another sandbox may be tried */
  async invoke(payload: string, requestId: string, print?: Print): Promise<InvocationResult | undefined> {
    const isWarm = this.#invocations++ > 0;
    this.#requestId = requestId;
    this.#deliveredAt = undefined;
    const firstLine = startLine(requestId, this.spec.version);
    this.#log.begin(firstLine);
    this.#printed?.begin(print, firstLine);
    const outcome = await this.#outcome(payload, requestId);
    this.#settle = undefined;
    if (isWarm && this.#deliveredAt === undefined && outcome.by !== 'function') {
      this.close();
      return undefined;
    }
    return this.#result(outcome, requestId, isWarm);
  }

  /** Ends the process and all that it started. */
  close(): void {
    this.#isAlive = false;
    this.#process?.kill();
    this.#api?.close();
  }

  async #outcome(payload: string, requestId: string): Promise<Outcome> {
    const over = new AbortController();
    const deliveredTo = new Promise<void>((resolve) => (this.#deliver = resolve));
    const ended = new Promise<Outcome>((resolve) => (this.#settle = resolve));
    if (this.#early) this.#end(this.#early);
    const { timeout } = this.spec;
    const deadlineAt = () => (this.#deliveredAt = this.#now()) + timeout;
    this.#api?.offer({ requestId, payload, arn: this.spec.arn, deadlineAt });
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
    const report = reportLines({
      requestId,
      duration: millis(endedAt - startedAt),
      memorySize: this.spec.memoryMiB,
      memoryUsed,
      ...(isWarm ? {} : { initDuration: millis(startedAt - this.#startedAt) }),
      ...(outcome.by === 'timeout' ? { status: 'timeout' } : {}),
    });
    this.#printed?.end(report);
    const payload = this.#payload(outcome, requestId);
    const hasFailed = outcome.by !== 'function' || outcome.answer.kind !== 'response';
    return { payload, ...(hasFailed ? { functionError: 'Unhandled' } : {}), logTail: this.#log.text(report) };
  }

  #payload(outcome: Outcome, requestId: string): string {
    switch (outcome.by) {
      case 'function':
        return outcome.answer.kind === 'too-large' ? errorPayload.tooLarge() : outcome.answer.body;
      case 'init-error':
        return outcome.body;
      case 'exit':
        return errorPayload.exited(requestId, outcome.ending.code, outcome.ending.signal);
      case 'timeout':
        return errorPayload.timedOut(requestId, this.spec.timeoutSeconds);
    }
  }

  async #untilPrinted(requestId: string): Promise<void> {
    const late = new AbortController();
    await Promise.race([this.#log.until(`\0teal-end ${requestId}\n`), this.#clock.sleep(MARK_LIMIT, late.signal)]);
    late.abort();
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}
