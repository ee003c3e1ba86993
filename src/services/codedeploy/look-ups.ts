import {
  ApplicationDoesNotExistException,
  DeploymentConfigDoesNotExistException,
  DeploymentDoesNotExistException,
  DeploymentGroupDoesNotExistException,
} from '@aws-sdk/client-codedeploy';
import type { Deployment } from '../../engine/deployment.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import { fault } from '../../wire/api-error.ts';
import { requireApplicationName, requireConfigName, requireDeploymentId, requireGroupName } from './names.ts';
import { predefinedConfig } from './predefined-configs.ts';
import type { ApplicationRecord, ConfigRecord, GroupRecord, RevisionRecord } from './records.ts';

export const applications = (tx: Transaction): Records<ApplicationRecord> =>
  tx.records<ApplicationRecord>('codedeploy_applications');
export const configs = (tx: Transaction): Records<ConfigRecord> => tx.records<ConfigRecord>('codedeploy_configs');
export const groups = (tx: Transaction): Records<GroupRecord> => tx.records<GroupRecord>('codedeploy_groups');
export const revisions = (tx: Transaction): Records<RevisionRecord> =>
  tx.records<RevisionRecord>('codedeploy_revisions');
/** Kept under the deployment's id, with the group's id as parent. */
export const deployments = (tx: Transaction): Records<Deployment> => tx.records<Deployment>('codedeploy_deployments');

/**
 * The ids of deployments that are not terminal, so that the engine's search costs what is active and not what ever was.
 * Written in the same transaction as the deployment.
 */
export const activeDeployments = (tx: Transaction): Records<true> => tx.records<true>('codedeploy_active_deployments');

export const groupKey = (applicationId: string, name: string): string => `${applicationId}/${name}`;

/** @throws `ApplicationNameRequired`, `InvalidApplicationName`, `ApplicationDoesNotExist` */
export async function requireApplication(
  tx: Transaction,
  scope: Scope,
  given: string | undefined,
): Promise<ApplicationRecord> {
  const name = requireApplicationName(given);
  const found = await applications(tx).get(scope, name);
  if (!found) throw fault(ApplicationDoesNotExistException, `No application found for name: ${name}`);
  return found;
}

/** @throws `DeploymentGroupNameRequired`, `InvalidDeploymentGroupName`, `DeploymentGroupDoesNotExist` */
export async function requireGroup(
  tx: Transaction,
  scope: Scope,
  application: ApplicationRecord,
  given: string | undefined,
): Promise<GroupRecord> {
  const name = requireGroupName(given);
  const found = await groups(tx).get(scope, groupKey(application.id, name));
  if (!found) throw fault(DeploymentGroupDoesNotExistException, `No Deployment Group found for name: ${name}`);
  return found;
}

/** Finds a predefined or custom configuration. @throws `InvalidDeploymentConfigName`, `DeploymentConfigDoesNotExist` */
export async function requireConfig(tx: Transaction, scope: Scope, given: string | undefined): Promise<ConfigRecord> {
  const name = requireConfigName(given);
  const found = predefinedConfig(name) ?? (await configs(tx).get(scope, name));
  if (!found) throw fault(DeploymentConfigDoesNotExistException, `No Deployment Configuration found for name: ${name}`);
  return found;
}

/** @throws `DeploymentIdRequired`, `InvalidDeploymentId`, `DeploymentDoesNotExist` */
export async function requireDeployment(tx: Transaction, scope: Scope, given: string | undefined): Promise<Deployment> {
  const id = requireDeploymentId(given);
  const found = await deployments(tx).get(scope, id);
  if (!found) throw fault(DeploymentDoesNotExistException, `The deployment ${id} could not be found`);
  return found;
}
