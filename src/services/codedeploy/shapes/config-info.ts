import type { DeploymentConfigInfo } from '@aws-sdk/client-codedeploy';
import type { ConfigRecord } from '../records.ts';
import { trafficRoutingConfig } from './traffic-routing.ts';

/** GetDeploymentConfig's view; a predefined one has no createTime. */
export const configInfo = (config: ConfigRecord): DeploymentConfigInfo => ({
  deploymentConfigId: config.id,
  deploymentConfigName: config.name,
  computePlatform: config.computePlatform,
  ...(config.createdAt !== undefined && { createTime: new Date(config.createdAt) }),
  ...(config.routing && { trafficRoutingConfig: trafficRoutingConfig(config.routing) }),
  ...(config.minimumHealthyHosts && { minimumHealthyHosts: config.minimumHealthyHosts }),
});
