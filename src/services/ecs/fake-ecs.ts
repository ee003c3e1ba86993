import { createFakeRuntime } from '../../drivers/runtimes/fake/fake-runtime.ts';
import { createBell } from '../../kernel/bell.ts';
import { noCheckpoint } from '../../kernel/checkpoint.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { withRival } from '../../store/fake-rival.ts';
import { openStore } from '../../store/open-store.ts';
import type { CallContext } from '../../wire/types.ts';
import type { EcsDeps } from './deps.ts';
import { createFakeTargets } from './fake-targets.ts';
import { ecsActions } from './index.ts';

type Actions = ReturnType<typeof ecsActions>;

/** Actions as a test calls them: those that answer nothing are not asked for their answer. */
type EcsActions = {
  readonly [K in keyof Actions]: (
    ...given: Parameters<Actions[K]>
  ) => Promise<Exclude<Awaited<ReturnType<Actions[K]>>, void>>;
};

export const CTX: CallContext = {
  ...{ account: '111122223333', region: 'eu-west-1', service: 'ecs', operation: 'x', requestId: 'r' },
  ...{ accessKeyId: undefined, principal: undefined, signal: new AbortController().signal },
};

export interface FakeEcs {
  readonly deps: EcsDeps;
  readonly actions: EcsActions;
  /** The actions for a request that somebody else comes in between of, behind all that it looks at first. */
  beaten(rival: () => Promise<unknown>): EcsActions;
  close(): Promise<void>;
}

/** ECS without its loop: nothing happens but what is asked for. */
export async function openFakeEcs(): Promise<FakeEcs> {
  const [store, clock, runtime] = [await openStore(':memory:'), systemClock(), createFakeRuntime()];
  const deps: EcsDeps = {
    ...{ store, clock, runtime, logger: silentLogger(), bell: createBell(clock) },
    targets: createFakeTargets({ groups: [] }),
    alarms: { read: async () => [] },
    objects: { read: async () => ({ isRead: false, code: 'NoSuchKey', message: '', status: 404, requestId: '' }) },
    append: async () => undefined,
    emit: async () => undefined,
    checkpoint: noCheckpoint,
  };
  return {
    deps,
    actions: ecsActions(deps) as unknown as EcsActions,
    beaten: (rival) => ecsActions({ ...deps, store: withRival(store, rival) }) as unknown as EcsActions,
    async close() {
      await runtime.close();
      await store.close();
    },
  };
}
