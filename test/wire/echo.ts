import type { Service, ServiceName } from '../../src/wire/types.ts';
import { catalogue } from '../../src/wire/catalogue.ts';

/** Services that remember what they were asked and answer what they were told to. */
export interface Echo {
  readonly services: readonly Service[];
  seen: { readonly operation: string; readonly input: unknown } | undefined;
  reply: object;
}

/** One for every operation of the named services; what breaks a constraint gets through. */
export async function echo(names: readonly ServiceName[]): Promise<Echo> {
  const state: { services: Service[]; seen: Echo['seen']; reply: object } = {
    services: [],
    seen: undefined,
    reply: {},
  };
  for (const name of names) {
    const model = await catalogue[name].load();
    const actions = [...model.operations.keys()].map((operation) => [
      operation,
      (input: unknown) => {
        state.seen = { operation, input };
        return state.reply;
      },
    ]);
    state.services.push({
      name,
      actions: Object.fromEntries(actions) as Service['actions'],
      onInvalidInput: () => undefined,
      start: async () => undefined,
      close: async () => undefined,
    });
  }
  return state;
}
