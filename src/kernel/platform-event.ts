import type { Scope } from './scope.ts';

/** What a part of the platform tells the default event bus. */
export interface PlatformEvent {
  /** Such as `aws.ecs`. */
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Resolves when the event is stored for every rule that it matches; delivery follows. */
export type EmitEvent = (scope: Scope, event: PlatformEvent) => Promise<void>;
