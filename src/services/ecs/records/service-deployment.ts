import type {
  DeploymentConfiguration,
  DeploymentLifecycleHookDetail,
  ServiceDeploymentLifecycleStage,
  ServiceDeploymentRollbackMonitorsStatus,
  ServiceDeploymentStatus,
} from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import { serviceKey, type ServiceRecord } from './service.ts';

/** A hook of a deployment, its instant in epoch milliseconds. */
export type HookRecord = Omit<DeploymentLifecycleHookDetail, 'expiresAt'> & { readonly expiresAt?: number };

/** Of one revision, as a deployment left it. */
export interface RevisionCounts {
  readonly requested: number;
  readonly running: number;
  readonly pending: number;
}

/** Whole and tenths of a percent of the traffic that a revision is to get. */
export interface RevisionWeights {
  readonly test?: number;
  readonly production?: number;
}

/** One change of what a service runs, under the ECS controller. Kept under its id, below its service. */
export interface ServiceDeploymentRecord {
  /** 21 characters. */
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  readonly service: string;
  readonly status: ServiceDeploymentStatus;
  readonly statusReason?: string | undefined;
  /** Revisions by their digits; the target is what the service is to run. */
  readonly targetRevision: string;
  /** Those that ran when it began. */
  readonly sourceRevisions: readonly string[];
  /** As the service's was when it began. */
  readonly deploymentConfiguration: DeploymentConfiguration;
  readonly circuitBreaker: {
    readonly status: ServiceDeploymentRollbackMonitorsStatus;
    readonly failureCount: number;
    readonly threshold: number;
  };
  readonly alarms: {
    readonly status: ServiceDeploymentRollbackMonitorsStatus;
    readonly triggeredAlarmNames: readonly string[];
  };
  readonly rollback?: { readonly reason: string; readonly startedAt: number; readonly revision: string } | undefined;
  /** A request to stop that the loop has to carry out. */
  readonly stopType?: 'ROLLBACK' | 'ABORT' | undefined;
  /** The target came to its count; until this instant it is only watched. */
  readonly bakeUntil?: number | undefined;
  readonly lifecycleStage?: ServiceDeploymentLifecycleStage | undefined;
  readonly hooks?: readonly HookRecord[] | undefined;
  /** By revision; only where traffic is shifted. */
  readonly weights?: Readonly<Record<string, RevisionWeights>> | undefined;
  /** By revision, once it has ended; until then they are read from the tasks. */
  readonly finalCounts?: Readonly<Record<string, RevisionCounts>> | undefined;
  readonly createdAt: number;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  readonly updatedAt: number;
}

export const serviceDeployments = (tx: Transaction): Records<ServiceDeploymentRecord> =>
  tx.records('ecs_service_deployments');

/** The newest of a service; `undefined` for one that was made by a Teal that did not record them. */
export async function currentDeployment(
  tx: Transaction,
  scope: Scope,
  service: Pick<ServiceRecord, 'currentDeployment'>,
): Promise<ServiceDeploymentRecord | undefined> {
  return service.currentDeployment === undefined
    ? undefined
    : serviceDeployments(tx).get(scope, service.currentDeployment);
}

/** Every deployment of a service, the newest first. */
export const deploymentsOf = async (
  tx: Transaction,
  scope: Scope,
  service: Pick<ServiceRecord, 'cluster' | 'name'>,
): Promise<ServiceDeploymentRecord[]> => (await serviceDeployments(tx).list(scope, serviceKey(service))).reverse();

const ENDED: readonly ServiceDeploymentStatus[] = ['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'];

export const hasEnded = ({ status }: Pick<ServiceDeploymentRecord, 'status'>): boolean => ENDED.includes(status);

/** Whether it goes through stages, and not by a rolling update. */
export const shiftsTraffic = ({
  deploymentConfiguration,
}: Pick<ServiceDeploymentRecord, 'deploymentConfiguration'>): boolean =>
  (deploymentConfiguration.strategy ?? 'ROLLING') !== 'ROLLING';

/** What the service runs once the deployment has ended: the target, or what it is rolled back to. */
export const wantedRevision = ({ rollback, targetRevision }: ServiceDeploymentRecord): string =>
  rollback?.revision ?? targetRevision;

/** A deployment in the state that ended it. */
export const endedAs = (
  deployment: ServiceDeploymentRecord,
  status: ServiceDeploymentStatus,
  now: number,
  statusReason?: string,
): ServiceDeploymentRecord => ({
  ...deployment,
  status,
  ...(statusReason !== undefined && { statusReason }),
  finishedAt: now,
  ...(status === 'STOPPED' && { stoppedAt: now }),
  circuitBreaker: { ...deployment.circuitBreaker, status: complete(deployment.circuitBreaker.status) },
  alarms: { ...deployment.alarms, status: complete(deployment.alarms.status) },
  updatedAt: now,
});

const complete = (status: ServiceDeploymentRollbackMonitorsStatus): ServiceDeploymentRollbackMonitorsStatus =>
  status === 'MONITORING' ? 'MONITORING_COMPLETE' : status;
