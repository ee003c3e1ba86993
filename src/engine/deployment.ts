import type { Scope } from '../kernel/scope.ts';
import type { HookName, Progress } from './progress.ts';
import type { NativeRelease } from './stages.ts';

/** Epoch milliseconds. */
export type Instant = number;

export type DeploymentStatus = 'Created' | 'Queued' | 'InProgress' | 'Ready' | 'Succeeded' | 'Failed' | 'Stopped';

/** CodeDeploy's `ErrorCode`s that a deployment to ECS can end with. Source: spec/codedeploy-ecs §14. */
export type ErrorCode =
  | 'ALARM_ACTIVE'
  | 'APPLICATION_MISSING'
  | 'DEPLOYMENT_GROUP_MISSING'
  | 'REVISION_MISSING'
  | 'INVALID_REVISION'
  | 'INVALID_ECS_SERVICE'
  | 'ECS_UPDATE_ERROR'
  | 'ELASTIC_LOAD_BALANCING_INVALID'
  | 'HOOK_EXECUTION_FAILURE'
  | 'TIMEOUT'
  | 'MANUAL_STOP'
  | 'IAM_ROLE_MISSING'
  | 'IAM_ROLE_PERMISSIONS'
  | 'THROTTLED'
  | 'INTERNAL_ERROR'
  | 'RESOURCE_LIMIT_EXCEEDED'
  | 'CUSTOMER_APPLICATION_UNHEALTHY';

export interface ErrorInformation {
  readonly code: ErrorCode;
  readonly message: string;
}

/** How traffic grows on the replacement; percentages are whole, intervals configured minutes. */
export type TrafficRouting =
  | { readonly kind: 'allAtOnce' }
  | { readonly kind: 'canary'; readonly percentage: number; readonly interval: number }
  | { readonly kind: 'linear'; readonly percentage: number; readonly interval: number };

export type RollbackEvent = 'DEPLOYMENT_FAILURE' | 'DEPLOYMENT_STOP_ON_ALARM' | 'DEPLOYMENT_STOP_ON_REQUEST';

/** The AppSpec, parsed. */
export interface AppSpec {
  readonly taskDefinition: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly platformVersion?: string;
  readonly network?: {
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
    readonly assignPublicIp: 'ENABLED' | 'DISABLED';
  };
  readonly capacityProviders?: readonly { readonly name: string; readonly base: number; readonly weight: number }[];
  /** Event name to function name or ARN, or to an endpoint's address. */
  readonly hooks: Readonly<Partial<Record<HookName, string>>>;
}

/** What CodeDeploy shows of a revision: never the content. */
export interface RevisionReference {
  readonly revisionType: 'AppSpecContent' | 'String' | 'S3';
  /** Lower-case hex SHA-256 of the content's bytes, or of what names an object of S3: it tells revisions apart. */
  readonly sha256: string;
  /** Of a revision of type S3, as it was given. */
  readonly s3Location?: S3Location;
}

/** An object of S3 that holds an AppSpec. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
  readonly bundleType: 'YAML' | 'JSON';
  readonly version?: string;
  readonly eTag?: string;
}

/** The deployment's own copy of its group and configuration, taken at creation. Later changes do not touch it. */
export interface Release {
  readonly serviceRoleArn: string;
  /** As stored in the group: short names or ARNs. */
  readonly clusterName: string;
  readonly serviceName: string;
  /** Names, no order in them. */
  readonly targetGroups: readonly [string, string];
  readonly productionListenerArn: string;
  readonly testListenerArn?: string;
  readonly routing: TrafficRouting;
  /** Present when the group waits for ContinueDeployment before production traffic moves; configured minutes. */
  readonly readyWaitMinutes?: number;
  /** Configured minutes. */
  readonly terminationWaitMinutes: number;
  readonly rollbackOn: readonly RollbackEvent[];
  readonly alarms: { readonly names: readonly string[]; readonly ignorePollFailure: boolean };
  /** Who is told of what. Absent in what was stored before anyone was. */
  readonly triggers?: readonly Trigger[];
  /** Absent in a rollback, which runs no hooks and installs nothing. */
  readonly appSpec?: AppSpec;
  /** Why the revision could not be read when the deployment was made: it fails before anything is created. */
  readonly unreadable?: ErrorInformation;
  /** What a rollback undoes; absent in an ordinary deployment. */
  readonly undo?: Undo;
  /** Of a deployment of the ECS controller; its "listeners" are rules, and empty where there is no load balancer. */
  readonly native?: NativeRelease;
}

/** A topic that is told of some changes of status. */
export interface Trigger {
  readonly name: string;
  readonly topicArn: string;
  /** Such as `DeploymentStart`. */
  readonly events: readonly string[];
}

/** What a rollback needs of the deployment it undoes. */
export interface Undo {
  readonly deploymentId: string;
  readonly originalTaskSetArn?: string;
  readonly originalTargetGroupArn?: string;
  readonly replacementTaskSetArn?: string;
  readonly replacementTargetGroupArn?: string;
  /** Of ECS-native deployments: whose hooks hear that traffic went back. */
  readonly movedTest?: boolean;
  readonly movedProduction?: boolean;
}

/** A change of status that has yet to be told, oldest first. */
export interface News {
  readonly status: DeploymentStatus;
  readonly at: Instant;
}

/**
 * One deployment as it is stored. `Progress` belongs to the engine: services read it and change it only through the
 * engine's own functions (`requestStop`, `requestContinue`, `answerHook`).
 */
export interface Deployment {
  readonly id: string;
  readonly scope: Scope;
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  readonly deploymentGroupId: string;
  readonly deploymentConfigName: string;
  readonly description?: string;
  readonly creator: 'user' | 'codeDeployRollback';
  readonly revision: RevisionReference;
  readonly previousRevision?: RevisionReference;
  /** The wire's own blocks as the group had them, echoed by GetDeployment; opaque to the engine. */
  readonly snapshot: Readonly<Record<string, unknown>>;
  readonly createdAt: Instant;
  readonly startedAt?: Instant;
  readonly finishedAt?: Instant;
  readonly status: DeploymentStatus;
  /** Absent when everything was told. */
  readonly news?: readonly News[];
  readonly errorInformation?: ErrorInformation;
  readonly rollbackInfo?: {
    readonly rollbackDeploymentId?: string;
    readonly rollbackTriggeringDeploymentId?: string;
    readonly rollbackMessage: string;
  };
  readonly release: Release;
  readonly progress: Progress;
}

/** Whether a release moves traffic: an ECS service may have no load balancer. */
export const shiftsTraffic = ({ productionListenerArn }: Release): boolean => productionListenerArn !== '';

export const isTerminal = (status: DeploymentStatus): boolean =>
  status === 'Succeeded' || status === 'Failed' || status === 'Stopped';
