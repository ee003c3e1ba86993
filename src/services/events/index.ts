import type * as Sdk from '@aws-sdk/client-eventbridge';
import type { EmitEvent } from '../../kernel/platform-event.ts';
import type { Actions, Service } from '../../wire/types.ts';
import type { EventsParts } from './deps.ts';

/*
 * EventBridge.
 */

export interface EventsService extends Service {
  readonly emit: EmitEvent;
}

export function events(_parts: EventsParts): EventsService {
  return {
    name: 'events',
    actions: {} satisfies Actions<typeof Sdk>,
    emit: async () => undefined,
    start: async () => undefined,
    close: async () => undefined,
  };
}
