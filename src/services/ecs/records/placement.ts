import type {
  CapacityProviderStrategyItem,
  LaunchType,
  LoadBalancer,
  NetworkConfiguration,
  ServiceRegistry,
} from '@aws-sdk/client-ecs';

/** Where and how tasks of a service run: kept by the service and by each of its task sets. */
export interface Placement {
  readonly taskDefinition: string;
  readonly launchType?: LaunchType | undefined;
  readonly capacityProviderStrategy?: CapacityProviderStrategyItem[] | undefined;
  /** As given, `LATEST` by default; only for Fargate. */
  readonly platformVersion?: string | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  readonly loadBalancers: LoadBalancer[];
  readonly serviceRegistries: ServiceRegistry[];
}

/** Picks the members of a placement out of a record that has more. */
export const placementOf = (from: Placement): Placement => ({
  taskDefinition: from.taskDefinition,
  launchType: from.launchType,
  capacityProviderStrategy: from.capacityProviderStrategy,
  platformVersion: from.platformVersion,
  networkConfiguration: from.networkConfiguration,
  loadBalancers: from.loadBalancers,
  serviceRegistries: from.serviceRegistries,
});

/** The platform that "latest" stands for. Source: spec, §5.1. */
export const resolvedPlatform = (version: string | undefined): string =>
  version === undefined || version === 'LATEST' ? '1.4.0' : version;

/** Whether tasks run as on Fargate: every capacity provider there is runs them so. */
export const isFargate = ({ launchType, capacityProviderStrategy }: Placement): boolean =>
  launchType === 'FARGATE' || (launchType === undefined && (capacityProviderStrategy ?? []).length > 0);

/** What tasks are made with. */
export const launchTypeOf = (placement: Placement): LaunchType =>
  placement.launchType ?? (isFargate(placement) ? 'FARGATE' : 'EC2');
