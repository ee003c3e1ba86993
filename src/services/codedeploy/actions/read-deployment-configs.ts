import type { GetDeploymentConfigCommand, ListDeploymentConfigsCommand } from '@aws-sdk/client-codedeploy';
import type { Action } from '../../../wire/types.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { configs, requireConfig } from '../look-ups.ts';
import { page } from '../paging.ts';
import { PREDEFINED_CONFIGS } from '../predefined-configs.ts';
import { configInfo } from '../shapes/config-info.ts';

export const getDeploymentConfig =
  ({ store }: CodeDeployDeps): Action<typeof GetDeploymentConfigCommand> =>
  async (input, ctx) => ({
    deploymentConfigInfo: configInfo(await requireConfig(store, ctx, input.deploymentConfigName)),
  });

/** The predefined ones first. */
export const listDeploymentConfigs =
  ({ store }: CodeDeployDeps): Action<typeof ListDeploymentConfigsCommand> =>
  async (input, ctx) => {
    const custom = (await configs(store).list(ctx)).map((config) => config.name).sort();
    const names = [...PREDEFINED_CONFIGS.map((config) => config.name), ...custom];
    const { items, nextToken } = page('configs', names, (name) => name, input.nextToken);
    return { deploymentConfigsList: items, nextToken };
  };
