export interface GroupLimits {
  /** Processors, such as 0.25. */
  readonly cpus?: number;
  readonly memoryBytes?: number;
}

/** Makes, limits and removes control groups that an Engine puts containers under. */
export interface ControlGroups {
  /** @returns the group as `HostConfig.CgroupParent` names it @throws when this machine cannot have it */
  ensure(name: string, limits: GroupLimits): Promise<string>;
  /** Removes a group whose processes have ended, or does nothing when it is gone. */
  remove(name: string): Promise<void>;
  list(prefix: string): Promise<readonly string[]>;
}

/** As the Engine rounds it: version 1 lets no group have more than the one above it. */
export const PERIOD_MICROS = 100_000;
export const quotaMicros = (cpus: number): number =>
  // The kernel takes no less than a millisecond.
  Math.max(1000, Math.floor((Math.round(cpus * 1e9) * PERIOD_MICROS) / 1e9));
