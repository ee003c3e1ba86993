import {
  InvalidTriggerConfigException,
  type TriggerConfig,
  TriggerTargetsLimitExceededException,
} from '@aws-sdk/client-codedeploy';
import { parseArn } from '../../../kernel/arn.ts';
import { fault } from '../../../wire/api-error.ts';
import type { TriggerSettings } from '../records.ts';

const EVENTS = [
  'DeploymentStart',
  'DeploymentSuccess',
  'DeploymentFailure',
  'DeploymentStop',
  'DeploymentRollback',
  'DeploymentReady',
  'InstanceStart',
  'InstanceSuccess',
  'InstanceFailure',
  'InstanceReady',
];

const wrong = (message: string): Error => fault(InvalidTriggerConfigException, message);

/** @throws `InvalidTriggerConfig`, `TriggerTargetsLimitExceeded`; whether the topic exists is not asked */
export function readTriggers(blocks: readonly TriggerConfig[] | undefined, region: string): TriggerSettings[] {
  const triggers = (blocks ?? []).map((block) => readTrigger(block, region));
  if (triggers.length > 10)
    throw fault(TriggerTargetsLimitExceededException, 'Deployment Groups cannot contain more than 10 TriggerTargets.');
  if (new Set(triggers.map((trigger) => trigger.name)).size < triggers.length)
    throw wrong('Duplicate Trigger target name detected');
  if (new Set(triggers.map((trigger) => trigger.topicArn)).size < triggers.length)
    throw wrong('Duplicate Trigger target arn detected');
  return triggers;
}

function readTrigger({ triggerName, triggerTargetArn, triggerEvents }: TriggerConfig, region: string): TriggerSettings {
  if (!triggerName) throw wrong('A trigger must have a name');
  const topic = parseArn(triggerTargetArn ?? '');
  if (!triggerTargetArn || topic?.service !== 'sns' || topic.region !== region)
    throw wrong(`Topic ARN ${triggerTargetArn ?? ''} is not valid`);
  const events: readonly string[] = triggerEvents ?? [];
  if (events.length === 0) throw wrong(`Trigger '${triggerName}' must have at least one event`);
  const unknown = events.find((event) => !EVENTS.includes(event));
  if (unknown !== undefined)
    throw wrong(`Trigger event '${unknown}' is not valid. Valid values are [${EVENTS.join(', ')}]`);
  return { name: triggerName, topicArn: triggerTargetArn, events };
}
