import {
  type CreateDeploymentConfigCommand,
  type CreateDeploymentConfigInput,
  DeploymentConfigAlreadyExistsException,
  DeploymentConfigLimitExceededException,
  InvalidDeploymentConfigNameException,
  InvalidMinimumHealthyHostValueException,
  InvalidTrafficRoutingConfigurationException,
  InvalidZonalDeploymentConfigurationException,
} from '@aws-sdk/client-codedeploy';
import { newId } from '../../../kernel/ids.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { readPlatform } from '../compute-platform.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { configs } from '../look-ups.ts';
import { requireConfigName } from '../names.ts';
import { PREDEFINED_PREFIX } from '../predefined-configs.ts';
import type { ComputePlatform, ConfigRecord } from '../records.ts';
import { readTrafficRouting } from '../shapes/traffic-routing.ts';

const MOST_CONFIGS = 200;

type Input = Partial<CreateDeploymentConfigInput>;

export const createDeploymentConfig =
  ({ store, clock }: CodeDeployDeps): Action<typeof CreateDeploymentConfigCommand> =>
  async (input, ctx) => {
    const name = requireConfigName(input.deploymentConfigName);
    if (name.startsWith(PREDEFINED_PREFIX))
      throw fault(
        InvalidDeploymentConfigNameException,
        'The prefix CodeDeployDefault. is reserved for predefined configuration names',
      );
    const computePlatform = readPlatform(input.computePlatform);
    const rule = computePlatform === 'Server' ? serverRule(input) : shiftingRule(input, computePlatform);
    const config = { id: newId.uuid(), name, computePlatform, createdAt: clock.now().getTime(), ...rule };
    await store.transaction(async (tx) => {
      const records = configs(tx);
      if (await records.get(ctx, name))
        throw fault(DeploymentConfigAlreadyExistsException, `Deployment configuration already exists: ${name}`);
      if ((await records.list(ctx)).length >= MOST_CONFIGS)
        throw fault(
          DeploymentConfigLimitExceededException,
          `An account can have at most ${MOST_CONFIGS} custom deployment configurations.`,
        );
      await records.insert(ctx, name, config);
    });
    return { deploymentConfigId: config.id };
  };

function shiftingRule(input: Input, platform: ComputePlatform): Pick<ConfigRecord, 'routing'> {
  if (input.minimumHealthyHosts)
    throw fault(
      InvalidMinimumHealthyHostValueException,
      `minimum healthy hosts should be null for ${platform} deployment configuration`,
    );
  if (input.zonalConfig)
    throw fault(
      InvalidZonalDeploymentConfigurationException,
      'Zonal deployments are only supported with EC2 deployments.',
    );
  return { routing: readTrafficRouting(input.trafficRoutingConfig) };
}

function serverRule(input: Input): Pick<ConfigRecord, 'minimumHealthyHosts'> {
  if (input.trafficRoutingConfig)
    throw fault(
      InvalidTrafficRoutingConfigurationException,
      'Traffic routing configuration should be null for Server deployment configuration',
    );
  const { type, value } = input.minimumHealthyHosts ?? {};
  if ((type !== 'HOST_COUNT' && type !== 'FLEET_PERCENT') || value === undefined || value < 0)
    throw fault(
      InvalidMinimumHealthyHostValueException,
      'A Server deployment configuration needs minimumHealthyHosts with a type (HOST_COUNT, FLEET_PERCENT) and a value; for Amazon ECS say computePlatform ECS.',
    );
  return { minimumHealthyHosts: { type, value } };
}
