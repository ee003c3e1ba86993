import { createHash } from 'node:crypto';
import type { Functions, FunctionSpec, InvocationResult } from '../functions.ts';

/** What stands in for a function's code. Throwing is failing, as in a real function. */
export type FakeHandler = (event: unknown, spec: FunctionSpec) => unknown;

/** Functions that are handlers in this process, found by function name; for tests of what invokes functions. */
export function createFakeFunctions(handlers: ReadonlyMap<string, FakeHandler>): Functions {
  return {
    name: 'process',
    refuse: (runtime) =>
      /^(nodejs|python3|provided)/.test(runtime) ? undefined : `'${runtime}' is no runtime of the fake`,
    resolveImage: async (uri) => ({ id: `sha256:${createHash('sha256').update(uri).digest('hex')}` }),
    async invoke(spec, payload, requestId) {
      const handler = handlers.get(spec.name);
      if (!handler) return failed(requestId, 'Runtime.HandlerNotFound', `${spec.name} is undefined or not exported`);
      try {
        const result = await handler(JSON.parse(payload), spec);
        return { payload: JSON.stringify(result ?? null), logTail: log(requestId) };
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        return failed(requestId, name, message);
      }
    },
    close: async () => undefined,
  };
}

const failed = (requestId: string, errorType: string, errorMessage: string): InvocationResult => ({
  payload: JSON.stringify({ errorType, errorMessage, trace: [] }),
  functionError: 'Unhandled',
  logTail: log(requestId),
});

const log = (requestId: string): string =>
  `START RequestId: ${requestId} Version: $LATEST\nEND RequestId: ${requestId}\nREPORT RequestId: ${requestId}\n`;
