import type { AppSpec, Deployment, ErrorInformation, Release, TrafficRouting } from '../../../engine/deployment.ts';
import type { AlarmSettings, GroupSettings, RollbackSettings } from '../records.ts';
import { ECS_STYLE, alarmBlock, blueGreenBlock, loadBalancerBlock, rollbackBlock } from './group-blocks.ts';

/** What CreateDeployment may set for one deployment in place of the group's. */
export interface Overrides {
  readonly rollback: RollbackSettings | undefined;
  readonly alarms: AlarmSettings | undefined;
}

/** What a deployment's revision came to. */
export type Content = { readonly appSpec: AppSpec } | { readonly unreadable: ErrorInformation };

/** The deployment's own copy of its group, in the engine's words. */
export function releaseOf(
  settings: GroupSettings,
  routing: TrafficRouting,
  content: Content,
  overrides: Overrides,
): Release {
  const rollback = overrides.rollback ?? settings.rollback;
  const alarms = overrides.alarms ?? settings.alarms;
  return {
    serviceRoleArn: settings.serviceRoleArn,
    ...settings.service,
    ...settings.loadBalancer,
    routing,
    ...(settings.blueGreen.stopOnTimeout && { readyWaitMinutes: settings.blueGreen.readyWaitMinutes }),
    terminationWaitMinutes: settings.blueGreen.terminationWaitMinutes,
    rollbackOn: rollback.enabled ? rollback.events : [],
    alarms: { names: alarms?.enabled ? alarms.names : [], ignorePollFailure: alarms?.ignorePollFailure ?? false },
    triggers: settings.triggers,
    ...content,
  };
}

/** The group's blocks in CodeDeploy's words, which GetDeployment echoes whatever becomes of the group. */
export const snapshotOf = (settings: GroupSettings, overrides: Overrides): Deployment['snapshot'] => ({
  autoRollbackConfiguration: rollbackBlock(overrides.rollback ?? settings.rollback),
  deploymentStyle: ECS_STYLE,
  blueGreenDeploymentConfiguration: blueGreenBlock(settings.blueGreen),
  loadBalancerInfo: loadBalancerBlock(settings.loadBalancer),
  ...(overrides.alarms && { overrideAlarmConfiguration: alarmBlock(overrides.alarms) }),
});
