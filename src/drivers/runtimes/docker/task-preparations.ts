import type { TaskSpec } from '../runtime.ts';
import { CannotPrepare, prepareTask, type Preparation, type PulledImages } from './prepare-task.ts';

export interface PreparationNews {
  /** The containers of the task can be started. */
  readonly onPrepared: (taskId: string, pulled: PulledImages) => void;
  /** It cannot be prepared, for a container's sake where one is named. */
  readonly onFailed: (taskId: string, why: string, container: string | undefined) => void;
  /** Nothing is made for it any more, whatever came of it; what was aborted is told by this alone. */
  readonly onOver: (taskId: string) => void;
}

/** Prepares tasks, each once at a time; a pull may take minutes. */
export class TaskPreparations {
  readonly #with: Omit<Preparation, 'signal'>;
  readonly #news: PreparationNews;
  readonly #closing: AbortSignal;
  readonly #running = new Map<string, { readonly done: Promise<void>; readonly abort: AbortController }>();

  constructor(preparation: Omit<Preparation, 'signal'>, closing: AbortSignal, news: PreparationNews) {
    this.#with = preparation;
    this.#closing = closing;
    this.#news = news;
  }

  begin(task: TaskSpec): void {
    const { taskId } = task;
    const { onPrepared, onFailed, onOver } = this.#news;
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#closing]);
    const done = prepareTask({ ...this.#with, signal }, task)
      .then((pulled) => {
        if (!signal.aborted) onPrepared(taskId, pulled);
      })
      .catch((cause: unknown) => {
        if (signal.aborted) return;
        const container = cause instanceof CannotPrepare ? cause.container : undefined;
        onFailed(taskId, cause instanceof Error ? cause.message : String(cause), container);
      })
      .finally(() => {
        this.#running.delete(taskId);
        onOver(taskId);
      });
    this.#running.set(taskId, { done, abort });
  }

  isRunning(taskId: string): boolean {
    return this.#running.has(taskId);
  }

  abort(taskId: string): void {
    this.#running.get(taskId)?.abort.abort();
  }

  /** Resolves when the task is not being prepared. */
  async settled(taskId: string): Promise<void> {
    await this.#running.get(taskId)?.done;
  }

  async allSettled(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }
}
