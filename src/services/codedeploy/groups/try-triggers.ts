import type { Scope } from '../../../kernel/scope.ts';
import type { CodeDeployDeps } from '../deps.ts';
import type { TriggerSettings } from '../records.ts';

/** Of a group whose triggers are new. */
export interface TriedGroup {
  readonly applicationName: string;
  readonly name: string;
}

/**
 * Publishes one message to the topic of each trigger, so that its owner sees that it arrives. The group is stored by then, and
 * stays whatever a topic says; a message that could not be published is only logged.
 *
 * Source: CodeDeploy User Guide, Create a trigger. The words are assumed.
 */
export async function tryTriggers(
  { clients, logger }: CodeDeployDeps,
  scope: Scope,
  group: TriedGroup,
  triggers: readonly TriggerSettings[],
): Promise<void> {
  if (triggers.length === 0) return;
  const { PublishCommand } = await import('@aws-sdk/client-sns');
  const client = await clients.sns(scope);
  const tries = triggers.map(async ({ name, topicArn }) => {
    const Subject = `TEST: AWS CodeDeploy trigger ${name}`.slice(0, 100);
    const Message = `This is a test message for the trigger ${name} of the deployment group ${group.name} of the application ${group.applicationName}.`;
    await client.send(new PublishCommand({ TopicArn: topicArn, Subject, Message })).catch((cause: unknown) => {
      logger.warn('a trigger could not be tried out', { deploymentGroup: group.name, trigger: name, topicArn, cause });
    });
  });
  await Promise.all(tries);
}
