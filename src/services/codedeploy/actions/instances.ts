import {
  GitHubAccountTokenDoesNotExistException,
  GitHubAccountTokenNameRequiredException,
  InstanceNameRequiredException,
  InstanceNotRegisteredException,
  InvalidComputePlatformException,
  OperationNotSupportedException,
} from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';
import type { CallContext } from '../../../wire/types.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { requireDeployment } from '../look-ups.ts';

const ofDeployment =
  ({ store }: CodeDeployDeps) =>
  async (input: { deploymentId?: string | undefined }, ctx: CallContext) => {
    await requireDeployment(store, ctx, input.deploymentId);
    throw fault(
      InvalidComputePlatformException,
      'Instances are not part of deployments to Amazon ECS; use the deployment target actions.',
    );
  };

const notSupported = () => {
  throw fault(OperationNotSupportedException, 'On-premises instances are not served: deployments are to Amazon ECS.');
};

const requireInstanceName = (name: string | undefined): string => {
  if (!name) throw fault(InstanceNameRequiredException, 'An on-premises instance name is required.');
  return name;
};

/** What belongs to EC2, on-premises and GitHub: lists are empty, look-ups find nothing, changes are refused. */
export const instanceActions = (deps: CodeDeployDeps) => ({
  ListDeploymentInstances: ofDeployment(deps),
  GetDeploymentInstance: ofDeployment(deps),
  BatchGetDeploymentInstances: ofDeployment(deps),
  ListOnPremisesInstances: () => ({ instanceNames: [] }),
  GetOnPremisesInstance: (input: { instanceName?: string | undefined }) => {
    const name = requireInstanceName(input.instanceName);
    throw fault(InstanceNotRegisteredException, `The on-premises instance '${name}' is not registered.`);
  },
  BatchGetOnPremisesInstances: (input: { instanceNames?: string[] | undefined }) => {
    requireInstanceName(input.instanceNames?.[0]);
    return { instanceInfos: [] };
  },
  RegisterOnPremisesInstance: notSupported,
  DeregisterOnPremisesInstance: notSupported,
  AddTagsToOnPremisesInstances: notSupported,
  RemoveTagsFromOnPremisesInstances: notSupported,
  ListGitHubAccountTokenNames: () => ({ tokenNameList: [] }),
  DeleteGitHubAccountToken: (input: { tokenName?: string | undefined }) => {
    if (!input.tokenName) throw fault(GitHubAccountTokenNameRequiredException, 'A token name is required.');
    throw fault(GitHubAccountTokenDoesNotExistException, `There is no GitHub token '${input.tokenName}'.`);
  },
  DeleteResourcesByExternalId: () => ({}),
});
