import type {
  AlarmConfiguration,
  AutoRollbackConfiguration,
  BlueGreenDeploymentConfiguration,
  DeploymentStyle,
  LoadBalancerInfo,
  TriggerConfig,
  TriggerEventType,
} from '@aws-sdk/client-codedeploy';
import type {
  AlarmSettings,
  BlueGreenSettings,
  LoadBalancerSettings,
  RollbackSettings,
  TriggerSettings,
} from '../records.ts';

/** The only style there is on ECS. */
export const ECS_STYLE: DeploymentStyle = { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' };

/** Both waits are always there: `aws ecs deploy` and the GitHub action add them up without looking. */
export const blueGreenBlock = (settings: BlueGreenSettings): BlueGreenDeploymentConfiguration => ({
  terminateBlueInstancesOnDeploymentSuccess: {
    action: 'TERMINATE',
    terminationWaitTimeInMinutes: settings.terminationWaitMinutes,
  },
  deploymentReadyOption: {
    actionOnTimeout: settings.stopOnTimeout ? 'STOP_DEPLOYMENT' : 'CONTINUE_DEPLOYMENT',
    waitTimeInMinutes: settings.readyWaitMinutes,
  },
});

export const loadBalancerBlock = (settings: LoadBalancerSettings): LoadBalancerInfo => ({
  targetGroupPairInfoList: [
    {
      targetGroups: settings.targetGroups.map((name) => ({ name })),
      prodTrafficRoute: { listenerArns: [settings.productionListenerArn] },
      ...(settings.testListenerArn !== undefined && {
        testTrafficRoute: { listenerArns: [settings.testListenerArn] },
      }),
    },
  ],
});

/** Never set reads back as `{enabled: false}`. */
export const rollbackBlock = ({ enabled, events }: RollbackSettings): AutoRollbackConfiguration =>
  !enabled && events.length === 0 ? { enabled } : { enabled, events: [...events] };

export const alarmBlock = (alarms: AlarmSettings): AlarmConfiguration => ({
  enabled: alarms.enabled,
  ignorePollAlarmFailure: alarms.ignorePollFailure,
  alarms: alarms.names.map((name) => ({ name })),
});

export const triggerBlock = (trigger: TriggerSettings): TriggerConfig => ({
  triggerName: trigger.name,
  triggerTargetArn: trigger.topicArn,
  triggerEvents: trigger.events as TriggerEventType[],
});
