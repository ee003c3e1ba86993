import {
  type DeleteDeploymentConfigCommand,
  DeploymentConfigInUseException,
  InvalidOperationException,
} from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { configs, groups } from '../look-ups.ts';
import { requireConfigName } from '../names.ts';
import { predefinedConfig } from '../predefined-configs.ts';

/** An unknown name is no error. */
export const deleteDeploymentConfig =
  ({ store }: CodeDeployDeps): Action<typeof DeleteDeploymentConfigCommand> =>
  async (input, ctx) => {
    const name = requireConfigName(input.deploymentConfigName);
    if (predefinedConfig(name))
      throw fault(InvalidOperationException, `The predefined deployment configuration ${name} cannot be deleted.`);
    await store.transaction(async (tx) => {
      const user = (await groups(tx).list(ctx)).find((group) => group.settings.configName === name);
      if (user)
        throw fault(
          DeploymentConfigInUseException,
          `The deployment configuration ${name} is used by the deployment group ${user.name}.`,
        );
      await configs(tx).remove(ctx, name);
    });
  };
