import { parseArn } from '../../../../kernel/arn.ts';
import type { Scope } from '../../../../kernel/scope.ts';
import type { AlarmDeps } from '../deps.ts';
import type { AlarmRecord, PendingWork } from '../records.ts';
import { lambdaPayload } from './lambda-payload.ts';
import { regionName } from './region-names.ts';
import { snsMessage } from './sns-message.ts';

export interface Outcome {
  /** Why it failed. */
  readonly error?: string;
  /** What was sent. */
  readonly message?: string;
}

/** SNS takes no more; AWS cuts the name too. */
const LONGEST_SUBJECT = 100;

/**
 * Tells an SNS topic, or invokes a Lambda function, in the account and region of its ARN.
 *
 * @throws what the service answers
 */
export async function performAction(
  deps: AlarmDeps,
  scope: Scope,
  alarm: AlarmRecord,
  work: PendingWork,
): Promise<Outcome> {
  const target = parseArn(work.target);
  switch (target?.service) {
    case 'sns':
      return publish(deps, { account: target.account, region: target.region }, scope, alarm, work);
    case 'lambda':
      return invoke(deps, { account: target.account, region: target.region }, scope, alarm, work);
    case 'autoscaling':
      // Application Auto Scaling looks at the alarms of its policies by itself.
      return {};
    default:
      return {
        error: `Teal performs actions of SNS topics and Lambda functions, not of '${target?.service ?? work.target}'.`,
      };
  }
}

async function publish({ clients }: AlarmDeps, there: Scope, here: Scope, alarm: AlarmRecord, work: PendingWork) {
  const { PublishCommand } = await import('@aws-sdk/client-sns');
  const message = snsMessage(here, alarm, work);
  const subject = `${work.to.value}: "${alarm.name}" in ${regionName(here.region)}`;
  const sns = await clients.sns(there);
  const Subject = subject.slice(0, LONGEST_SUBJECT);
  await sns.send(new PublishCommand({ TopicArn: work.target, Subject, Message: message }));
  return { message };
}

async function invoke({ clients }: AlarmDeps, there: Scope, here: Scope, alarm: AlarmRecord, work: PendingWork) {
  const { InvokeCommand } = await import('@aws-sdk/client-lambda');
  const message = lambdaPayload(here, alarm, work);
  const command = new InvokeCommand({
    FunctionName: work.target,
    InvocationType: 'Event',
    Payload: new TextEncoder().encode(message),
  });
  await clients.lambda(there).send(command);
  return { message };
}
