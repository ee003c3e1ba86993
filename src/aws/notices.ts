import { arn } from '../kernel/arn.ts';
import type { EmitEvent } from '../kernel/platform-event.ts';
import type { Deployment, DeploymentStatus, Trigger } from '../engine/deployment.ts';
import type { TargetStatus } from '../engine/progress.ts';
import { type Notices, PortError } from '../engine/ports.ts';
import type { AwsClients } from './clients.ts';
import { callPort } from './port-error.ts';

export interface NoticesDeps {
  readonly clients: Pick<AwsClients, 'sns'>;
  readonly emit: EmitEvent;
  /** Hears of topics that cannot be told for good. */
  readonly warn: (event: string, fields: Readonly<Record<string, unknown>>) => void;
}

interface Told {
  /** Of a trigger. */
  readonly trigger: string;
  /** Of EventBridge. */
  readonly state: string;
  /** In messages. */
  readonly status: string;
}

/** Source: spec, events and notifications. A start is told as `Created`, seen in practice. */
const TOLD: Readonly<Partial<Record<DeploymentStatus, Told>>> = {
  InProgress: { trigger: 'DeploymentStart', state: 'START', status: 'Created' },
  Ready: { trigger: 'DeploymentReady', state: 'READY', status: 'Ready' },
  Succeeded: { trigger: 'DeploymentSuccess', state: 'SUCCESS', status: 'Succeeded' },
  Failed: { trigger: 'DeploymentFailure', state: 'FAILURE', status: 'Failed' },
  Stopped: { trigger: 'DeploymentStop', state: 'STOP', status: 'Stopped' },
};

/** Tells EventBridge, and the topics of the group's triggers through SNS. */
export const createNotices = (deps: NoticesDeps): Notices => ({
  async statusChanged(deployment, status) {
    const told = TOLD[status];
    if (!told) return;
    await callPort(() => deps.emit(deployment.scope, eventOf(deployment, told.state)));
    const rolledBack = status !== 'InProgress' && deployment.rollbackInfo?.rollbackDeploymentId !== undefined;
    const names = [told.trigger, ...(rolledBack ? ['DeploymentRollback'] : [])];
    for (const trigger of deployment.release.triggers ?? [])
      for (const name of names.filter((one) => trigger.events.includes(one)))
        await publish(deps, deployment, trigger, messageOf(deployment, trigger, told, name));
  },
});

/** A topic that is gone is no reason to leave the others untold. @throws {PortError} throttled, unavailable */
async function publish(
  { clients, warn }: NoticesDeps,
  { id, scope, applicationName }: Deployment,
  { topicArn }: Trigger,
  message: Readonly<Record<string, unknown>>,
): Promise<void> {
  const Subject = `${String(message['status']).toUpperCase()}: AWS CodeDeploy ${id} in ${scope.region} to ${applicationName}`;
  try {
    await callPort(async () => {
      const { PublishCommand } = await import('@aws-sdk/client-sns');
      const client = await clients.sns(scope);
      const Message = JSON.stringify(message);
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject: Subject.slice(0, 100), Message }));
    });
  } catch (cause) {
    if (!(cause instanceof PortError) || cause.fault === 'throttled' || cause.fault === 'unavailable') throw cause;
    warn('a trigger could not be told', { deploymentId: id, topicArn, cause });
  }
}

/** Source: CodeDeploy User Guide, JSON data formats for triggers: every value is a text. */
function messageOf(deployment: Deployment, trigger: Trigger, told: Told, name: string) {
  const { scope, errorInformation: error, rollbackInfo: rollback, finishedAt } = deployment;
  const isEnd = told.trigger !== 'DeploymentStart' && told.trigger !== 'DeploymentReady';
  return {
    region: scope.region,
    accountId: scope.account,
    eventTriggerName: trigger.name,
    applicationName: deployment.applicationName,
    deploymentId: deployment.id,
    deploymentGroupName: deployment.deploymentGroupName,
    createTime: secondsOf(deployment.createdAt),
    ...(isEnd && finishedAt !== undefined && { completeTime: secondsOf(finishedAt) }),
    deploymentOverview: overviewOf(deployment.progress.targetStatus),
    status: told.status,
    ...(isEnd && error && { errorInformation: { ErrorCode: error.code, ErrorMessage: error.message } }),
    ...(name === 'DeploymentRollback' && rollback && { rollbackInformation: rollback }),
  };
}

const secondsOf = (at: number): string => (at / 1000).toFixed(3);

/** Of the one target that a deployment to ECS has. */
const overviewOf = (status: TargetStatus): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (['Failed', 'InProgress', 'Pending', 'Skipped', 'Succeeded'] as const).map((one) => [
      one,
      one === (status === 'Ready' ? 'InProgress' : status) ? '1' : '0',
    ]),
  );

function eventOf({ id, scope, applicationName, deploymentGroupName, deploymentGroupId }: Deployment, state: string) {
  return {
    source: 'aws.codedeploy',
    detailType: 'CodeDeploy Deployment State-change Notification',
    resources: [
      arn('codedeploy', scope, `application:${applicationName}`),
      arn('codedeploy', scope, `deploymentgroup:${applicationName}/${deploymentGroupName}`),
    ],
    detail: {
      instanceGroupId: deploymentGroupId,
      region: scope.region,
      application: applicationName,
      deploymentId: id,
      state,
      deploymentGroup: deploymentGroupName,
    },
  };
}
