import type { CreateDeploymentGroupInput, UpdateDeploymentGroupInput } from '@aws-sdk/client-codedeploy';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { DEFAULT_ECS_CONFIG } from '../predefined-configs.ts';
import type { GroupSettings } from '../records.ts';
import { readAlarms } from './alarms.ts';
import { readRollback } from './auto-rollback.ts';
import { readBlueGreen } from './blue-green.ts';
import { checkStyle } from './deployment-style.ts';
import { readEcsService } from './ecs-service.ts';
import { requireConfigFor, requireEcsConfig } from './group-config.ts';
import { readLoadBalancer } from './load-balancer.ts';
import { readStrategy } from './outdated-instances.ts';
import { refuseServerMembers } from './refused-members.ts';
import { requireRole } from './service-role.ts';
import { readTriggers } from './triggers.ts';

/**
 * Reads a new group's settings, in AWS's order of complaints, without asking ECS or the load balancer.
 *
 * @throws the exceptions of CreateDeploymentGroup
 */
export async function readSettings(
  tx: Transaction,
  scope: Scope,
  input: Partial<CreateDeploymentGroupInput>,
): Promise<GroupSettings> {
  const serviceRoleArn = requireRole(input.serviceRoleArn);
  const configName = input.deploymentConfigName ?? DEFAULT_ECS_CONFIG;
  await requireEcsConfig(tx, scope, configName);
  refuseServerMembers(input);
  checkStyle(input.deploymentStyle);
  const blueGreen = readBlueGreen(input.blueGreenDeploymentConfiguration);
  const loadBalancer = readLoadBalancer(input.loadBalancerInfo);
  await requireConfigFor(tx, scope, configName, loadBalancer);
  const service = readEcsService(input.ecsServices);
  const alarms = readAlarms(input.alarmConfiguration);
  return {
    configName,
    serviceRoleArn,
    service,
    loadBalancer,
    blueGreen,
    ...(alarms && { alarms }),
    rollback: readRollback(input.autoRollbackConfiguration) ?? { enabled: false, events: [] },
    triggers: readTriggers(input.triggerConfigurations, scope.region),
    outdatedInstancesStrategy: readStrategy(input.outdatedInstancesStrategy),
  };
}

/** What an update replaces: blocks are replaced whole, and those left out keep their value. */
export async function readChanges(
  tx: Transaction,
  scope: Scope,
  current: GroupSettings,
  input: Partial<UpdateDeploymentGroupInput>,
): Promise<Partial<GroupSettings>> {
  const serviceRoleArn = input.serviceRoleArn === undefined ? undefined : requireRole(input.serviceRoleArn);
  const configName = input.deploymentConfigName;
  if (configName !== undefined) await requireEcsConfig(tx, scope, configName);
  refuseServerMembers(input);
  if (input.deploymentStyle) checkStyle(input.deploymentStyle);
  const blueGreen = input.blueGreenDeploymentConfiguration && readBlueGreen(input.blueGreenDeploymentConfiguration);
  const loadBalancer = input.loadBalancerInfo && readLoadBalancer(input.loadBalancerInfo);
  await requireConfigFor(tx, scope, configName ?? current.configName, loadBalancer ?? current.loadBalancer);
  const service = input.ecsServices && readEcsService(input.ecsServices);
  const alarms = readAlarms(input.alarmConfiguration);
  const rollback = readRollback(input.autoRollbackConfiguration);
  const triggers = input.triggerConfigurations && readTriggers(input.triggerConfigurations, scope.region);
  return {
    ...(serviceRoleArn !== undefined && { serviceRoleArn }),
    ...(configName !== undefined && { configName }),
    ...(blueGreen && { blueGreen }),
    ...(loadBalancer && { loadBalancer }),
    ...(service && { service }),
    ...(alarms && { alarms }),
    ...(rollback && { rollback }),
    ...(triggers && { triggers }),
    ...(input.outdatedInstancesStrategy && {
      outdatedInstancesStrategy: readStrategy(input.outdatedInstancesStrategy),
    }),
  };
}
