/**
 * AWS CodeDeploy, for the Amazon ECS compute platform.
 *
 * What it does not do: deployments to servers and Lambda functions (applications and configurations of theirs are
 * kept, groups are refused); AppSpecs from GitHub, or in archives;  permissions of the service role (its ARN's form is checked, no
 * more); whether alarms and topics exist.
 */
import type * as sdk from '@aws-sdk/client-codedeploy';
import type { Actions, Service } from '../../wire/types.ts';
import { continueDeployment, skipWaitTimeForInstanceTermination } from './actions/continue-deployment.ts';
import { createApplication } from './actions/create-application.ts';
import { createDeployment } from './actions/create-deployment.ts';
import { createDeploymentConfig } from './actions/create-deployment-config.ts';
import { createDeploymentGroup } from './actions/create-deployment-group.ts';
import { deleteApplication } from './actions/delete-application.ts';
import { deleteDeploymentConfig } from './actions/delete-deployment-config.ts';
import { deleteDeploymentGroup } from './actions/delete-deployment-group.ts';
import { batchGetDeploymentTargets, getDeploymentTarget, listDeploymentTargets } from './actions/deployment-targets.ts';
import { instanceActions } from './actions/instances.ts';
import { listApplicationRevisions } from './actions/list-application-revisions.ts';
import { listDeployments } from './actions/list-deployments.ts';
import { putLifecycleEventHookExecutionStatus } from './actions/put-lifecycle-event-hook-execution-status.ts';
import { batchGetApplicationRevisions, getApplicationRevision } from './actions/read-application-revisions.ts';
import { batchGetApplications, getApplication, listApplications } from './actions/read-applications.ts';
import { getDeploymentConfig, listDeploymentConfigs } from './actions/read-deployment-configs.ts';
import {
  batchGetDeploymentGroups,
  getDeploymentGroup,
  listDeploymentGroups,
} from './actions/read-deployment-groups.ts';
import { batchGetDeployments, getDeployment } from './actions/read-deployments.ts';
import { registerApplicationRevision } from './actions/register-application-revision.ts';
import { stopDeployment } from './actions/stop-deployment.ts';
import { listTagsForResource, tagResource, untagResource } from './actions/tags.ts';
import { updateApplication } from './actions/update-application.ts';
import { updateDeploymentGroup } from './actions/update-deployment-group.ts';
import type { CodeDeployDeps } from './deps.ts';

/** Builds the service; the deployments themselves are the engine's, which it wakes. */
export const codedeploy = (deps: CodeDeployDeps): Service => ({
  name: 'codedeploy',
  actions: actions(deps),
  // CodeDeploy has an exception of its own for each missing or malformed member; the actions throw them.
  onInvalidInput: () => undefined,
  start: () => Promise.resolve(),
  close: () => Promise.resolve(),
});

const actions = (deps: CodeDeployDeps) =>
  ({
    CreateApplication: createApplication(deps),
    UpdateApplication: updateApplication(deps),
    DeleteApplication: deleteApplication(deps),
    GetApplication: getApplication(deps),
    BatchGetApplications: batchGetApplications(deps),
    ListApplications: listApplications(deps),
    CreateDeploymentConfig: createDeploymentConfig(deps),
    DeleteDeploymentConfig: deleteDeploymentConfig(deps),
    GetDeploymentConfig: getDeploymentConfig(deps),
    ListDeploymentConfigs: listDeploymentConfigs(deps),
    CreateDeploymentGroup: createDeploymentGroup(deps),
    UpdateDeploymentGroup: updateDeploymentGroup(deps),
    DeleteDeploymentGroup: deleteDeploymentGroup(deps),
    GetDeploymentGroup: getDeploymentGroup(deps),
    BatchGetDeploymentGroups: batchGetDeploymentGroups(deps),
    ListDeploymentGroups: listDeploymentGroups(deps),
    RegisterApplicationRevision: registerApplicationRevision(deps),
    GetApplicationRevision: getApplicationRevision(deps),
    BatchGetApplicationRevisions: batchGetApplicationRevisions(deps),
    ListApplicationRevisions: listApplicationRevisions(deps),
    CreateDeployment: createDeployment(deps),
    GetDeployment: getDeployment(deps),
    BatchGetDeployments: batchGetDeployments(deps),
    ListDeployments: listDeployments(deps),
    ListDeploymentTargets: listDeploymentTargets(deps),
    GetDeploymentTarget: getDeploymentTarget(deps),
    BatchGetDeploymentTargets: batchGetDeploymentTargets(deps),
    StopDeployment: stopDeployment(deps),
    ContinueDeployment: continueDeployment(deps),
    SkipWaitTimeForInstanceTermination: skipWaitTimeForInstanceTermination(deps),
    PutLifecycleEventHookExecutionStatus: putLifecycleEventHookExecutionStatus(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
    ListTagsForResource: listTagsForResource(deps),
    ...instanceActions(deps),
  }) satisfies Actions<typeof sdk>;
