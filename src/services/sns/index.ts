import type * as Sdk from '@aws-sdk/client-sns';
import type { Actions, Service } from '../../wire/types.ts';
import type { SnsParts } from './deps.ts';

/*
 * SNS.
 */

export function sns(_parts: SnsParts): Service {
  return {
    name: 'sns',
    actions: {} satisfies Actions<typeof Sdk>,
    start: async () => undefined,
    close: async () => undefined,
  };
}
