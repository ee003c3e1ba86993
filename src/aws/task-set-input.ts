import type { CreateTaskSetCommandInput, Service } from '@aws-sdk/client-ecs';
import type { AppSpec } from '../engine/deployment.ts';

type Input = Omit<CreateTaskSetCommandInput, 'cluster' | 'service'>;

/**
 * What the replacement is made of: the AppSpec's words, and the PRIMARY task set's where the AppSpec is silent.
 * Source: spec/codedeploy-ecs §9.3 row 2, spec/platform §6.3.
 */
export function taskSetInput(service: Service, appSpec: AppSpec, targetGroupArn: string, deploymentId: string): Input {
  const primary = service.taskSets?.find((set) => set.status === 'PRIMARY');
  const { containerName, containerPort } = appSpec;
  const platformVersion = appSpec.platformVersion ?? primary?.platformVersion;
  const networkConfiguration = networkOf(appSpec) ?? primary?.networkConfiguration ?? service.networkConfiguration;
  const serviceRegistries = primary?.serviceRegistries ?? [];
  return {
    externalId: deploymentId,
    clientToken: deploymentId,
    taskDefinition: appSpec.taskDefinition,
    loadBalancers: [{ targetGroupArn, containerName, containerPort }],
    scale: { value: 100, unit: 'PERCENT' },
    ...(platformVersion !== undefined && { platformVersion }),
    ...(networkConfiguration && { networkConfiguration }),
    ...(serviceRegistries.length > 0 && { serviceRegistries }),
    ...capacityOf(service, appSpec),
  };
}

/** Capacity providers exclude a launch type. */
function capacityOf(service: Service, appSpec: AppSpec): Pick<Input, 'capacityProviderStrategy' | 'launchType'> {
  if (appSpec.capacityProviders)
    return {
      capacityProviderStrategy: appSpec.capacityProviders.map(({ name, base, weight }) => ({
        capacityProvider: name,
        base,
        weight,
      })),
    };
  const primary = service.taskSets?.find((set) => set.status === 'PRIMARY');
  const strategy = primary?.capacityProviderStrategy ?? [];
  if (strategy.length > 0) return { capacityProviderStrategy: strategy };
  const launchType = primary?.launchType ?? service.launchType;
  return launchType === undefined ? {} : { launchType };
}

const networkOf = ({ network }: AppSpec): Input['networkConfiguration'] =>
  network && {
    awsvpcConfiguration: {
      subnets: [...network.subnets],
      securityGroups: [...network.securityGroups],
      assignPublicIp: network.assignPublicIp,
    },
  };
