/** A stretch of time with one wanted share. */
export interface Step {
  readonly name: string;
  readonly startedAt: number;
  /** The last moment at which the share was known to be this one; absent while it is. */
  readonly endedAt?: number;
}

/** Gathers the steps that looks at a deployment show. What was answered between two differing looks belongs to neither. */
export interface Steps {
  /** A look that was asked for at one moment and answered at another showed this share. */
  seen(wanted: number, askedAt: number, answeredAt: number): void;
  all(): readonly Step[];
}

export function createSteps(name: string, startedAt: number): Steps {
  const steps: Step[] = [{ name, startedAt }];
  let wanted = 0;
  let lastAskedAt = startedAt;
  return {
    seen(share, askedAt, answeredAt) {
      const last = steps.at(-1);
      if (share !== wanted && last) {
        steps[steps.length - 1] = { ...last, endedAt: lastAskedAt };
        steps.push({ name: share === 0 ? 'back on v1' : `${share} % on v2`, startedAt: answeredAt });
        wanted = share;
      }
      lastAskedAt = askedAt;
    },
    all: () => steps,
  };
}
