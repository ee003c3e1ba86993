import type { Scope } from '../../../kernel/scope.ts';

export type Refusal = 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';

/** Counts what runs now, of functions in an account and region. Functions end with Teal, so nothing is stored. */
export interface Concurrency {
  /**
   * Takes a place for one invocation.
   *
   * @param reserved - of the function; absent when it shares what nobody has reserved
   * @param unreserved - how many invocations of all such functions may run at once
   */
  take(scope: Scope, name: string, reserved: number | undefined, unreserved: number): Taken | Refusal;
  /** Invocations under way of functions without a reservation. */
  unreservedNow(scope: Scope): number;
}

export interface Taken {
  /** With this one: of the function, and of all in the account and region. */
  readonly now: { readonly function: number; readonly all: number };
  release(): void;
}

interface Running {
  readonly of: Map<string, number>;
  all: number;
  unreserved: number;
}

export function createConcurrency(): Concurrency {
  const running = new Map<string, Running>();
  const keyOf = ({ account, region }: Scope) => `${account}/${region}`;
  return {
    take(scope, name, reserved, unreserved) {
      const here = running.get(keyOf(scope)) ?? { of: new Map<string, number>(), all: 0, unreserved: 0 };
      const own = here.of.get(name) ?? 0;
      if (reserved !== undefined && own >= reserved) return 'ReservedFunctionConcurrentInvocationLimitExceeded';
      if (reserved === undefined && here.unreserved >= unreserved) return 'ConcurrentInvocationLimitExceeded';
      running.set(keyOf(scope), here);
      here.of.set(name, own + 1);
      here.all += 1;
      if (reserved === undefined) here.unreserved += 1;
      return { now: { function: own + 1, all: here.all }, release: once(() => leave(here, name, reserved)) };
    },
    unreservedNow: (scope) => running.get(keyOf(scope))?.unreserved ?? 0,
  };
}

function leave(here: Running, name: string, reserved: number | undefined): void {
  const left = (here.of.get(name) ?? 1) - 1;
  if (left > 0) here.of.set(name, left);
  else here.of.delete(name);
  here.all -= 1;
  if (reserved === undefined) here.unreserved -= 1;
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
