/** The engine's front: what services and the platform see. Built by `createEngine` in runner.ts. */
export interface Engine {
  /** Takes up every deployment that is not terminal. */
  start(): Promise<void>;
  /** Something changed: a deployment was created, stopped or continued, a hook answered, a task set moved. */
  wake(): void;
  /** Ends the loops and leaves deployments as they stand; the next `start` goes on with them. */
  close(): Promise<void>;
}
