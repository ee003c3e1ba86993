import type { Records, Store } from './store.ts';

/**
 * A store in which somebody else comes in between: their work is done right before what is written first through it,
 * and so behind all that was read before.
 */
export function withRival(store: Store, rival: () => Promise<unknown>): Store {
  let isDone = false;
  const afterRival = async <R>(write: () => Promise<R>): Promise<R> => {
    if (!isDone) {
      isDone = true;
      await rival();
    }
    return write();
  };
  return {
    ...store,
    records<T>(kind: Parameters<Store['records']>[0]): Records<T> {
      const records = store.records<T>(kind);
      return {
        ...records,
        insert: (...given) => afterRival(() => records.insert(...given)),
        put: (...given) => afterRival(() => records.put(...given)),
        change: (...given) => afterRival(() => records.change(...given)),
        remove: (...given) => afterRival(() => records.remove(...given)),
      };
    },
    logEvents: {
      ...store.logEvents,
      add: (...given) => afterRival(() => store.logEvents.add(...given)),
      remove: (...given) => afterRival(() => store.logEvents.remove(...given)),
    },
    transaction: (work) => afterRival(() => store.transaction(work)),
  };
}
