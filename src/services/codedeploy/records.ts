import type { RollbackEvent, RevisionReference, TrafficRouting, Instant } from '../../engine/deployment.ts';

export type ComputePlatform = 'Server' | 'Lambda' | 'ECS';

/** Kept under its name; groups, revisions and deployments follow the id, which a rename does not change. */
export interface ApplicationRecord {
  readonly id: string;
  readonly name: string;
  readonly computePlatform: ComputePlatform;
  readonly createdAt: Instant;
}

/** Kept under its name. The predefined ones are not kept. */
export interface ConfigRecord {
  readonly id: string;
  readonly name: string;
  readonly computePlatform: ComputePlatform;
  /** Absent in predefined ones. */
  readonly createdAt?: Instant;
  readonly routing?: TrafficRouting;
  /** Server only. */
  readonly minimumHealthyHosts?: { readonly type: 'HOST_COUNT' | 'FLEET_PERCENT'; readonly value: number };
}

export interface EcsServiceSettings {
  /** Short name or ARN, as given. */
  readonly clusterName: string;
  readonly serviceName: string;
}

export interface LoadBalancerSettings {
  /** Names. */
  readonly targetGroups: readonly [string, string];
  readonly productionListenerArn: string;
  readonly testListenerArn?: string;
}

/** What happens around the shift; configured minutes. */
export interface BlueGreenSettings {
  /** Whether production traffic waits for ContinueDeployment. */
  readonly stopOnTimeout: boolean;
  readonly readyWaitMinutes: number;
  readonly terminationWaitMinutes: number;
}

export interface AlarmSettings {
  readonly enabled: boolean;
  readonly ignorePollFailure: boolean;
  readonly names: readonly string[];
}

export interface RollbackSettings {
  readonly enabled: boolean;
  readonly events: readonly RollbackEvent[];
}

export interface TriggerSettings {
  readonly name: string;
  readonly topicArn: string;
  readonly events: readonly string[];
}

export interface GroupSettings {
  readonly configName: string;
  readonly serviceRoleArn: string;
  readonly service: EcsServiceSettings;
  readonly loadBalancer: LoadBalancerSettings;
  readonly blueGreen: BlueGreenSettings;
  readonly rollback: RollbackSettings;
  /** Absent when never set. */
  readonly alarms?: AlarmSettings;
  readonly triggers: readonly TriggerSettings[];
  readonly outdatedInstancesStrategy: 'UPDATE' | 'IGNORE';
}

/** Kept under `applicationId/name`, with the application's id as parent. */
export interface GroupRecord {
  readonly id: string;
  readonly applicationId: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly settings: GroupSettings;
}

/** Kept under `applicationId/revisionType/sha256`, with the application's id as parent. */
export interface RevisionRecord extends RevisionReference {
  readonly applicationId: string;
  /** Absent of an object of S3, which is read for each deployment anew. */
  readonly content?: string;
  readonly description?: string;
  readonly registeredAt: Instant;
  readonly firstUsedAt?: Instant;
  readonly lastUsedAt?: Instant;
  /** Ids of the groups that it was deployed to. */
  readonly groupIds: readonly string[];
}

export interface TagsRecord {
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}
