import { type AutoRollbackConfiguration, InvalidAutoRollbackConfigException } from '@aws-sdk/client-codedeploy';
import type { RollbackEvent } from '../../../engine/deployment.ts';
import { fault } from '../../../wire/api-error.ts';
import type { RollbackSettings } from '../records.ts';

const EVENTS: readonly RollbackEvent[] = [
  'DEPLOYMENT_FAILURE',
  'DEPLOYMENT_STOP_ON_ALARM',
  'DEPLOYMENT_STOP_ON_REQUEST',
];
const isEvent = (event: string): event is RollbackEvent => EVENTS.some((known) => known === event);

/** @throws `InvalidAutoRollbackConfig` for an unknown event, or none while it is enabled */
export function readRollback(block: AutoRollbackConfiguration | undefined): RollbackSettings | undefined {
  if (!block) return undefined;
  const enabled = block.enabled ?? false;
  const events: readonly string[] = block.events ?? [];
  const unknown = events.find((event) => !isEvent(event));
  if (unknown !== undefined)
    throw fault(
      InvalidAutoRollbackConfigException,
      `Auto rollback event '${unknown}' is not valid. Valid values are [${EVENTS.join(', ')}]`,
    );
  if (enabled && events.length === 0)
    throw fault(
      InvalidAutoRollbackConfigException,
      'Deployment Groups need to have at least one event specified when auto rollback is enabled',
    );
  return { enabled, events: events.filter(isEvent) };
}
