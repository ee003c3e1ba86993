import type { Attribute, ContainerDefinition } from '@aws-sdk/client-ecs';
import { secretSource } from './secret-source.ts';
import type { Registration } from './registration.ts';

const DOCKER = 'com.amazonaws.ecs.capability.docker-remote-api';
const ECR = /^\d{12}\.dkr\.ecr\./;

/** What an instance must be able to do, in AWS's names. Source: spec, stored and returned form; informational. */
export function attributesOf(input: Registration): Attribute[] {
  const { networkMode, taskRoleArn, executionRoleArn, containerDefinitions = [] } = input;
  const some = (claim: (container: ContainerDefinition) => boolean): boolean => containerDefinitions.some(claim);
  const drivers = containerDefinitions.flatMap(({ logConfiguration }) => logConfiguration?.logDriver ?? []);
  const secrets = containerDefinitions.flatMap((one) => one.secrets ?? []).map(({ valueFrom = '' }) => valueFrom);
  const usesEcr = some(({ image = '' }) => ECR.test(image));
  const hasRole = Boolean(executionRoleArn);
  const wanted: readonly (readonly [string, boolean])[] = [
    [`${DOCKER}.1.17`, Boolean(taskRoleArn)],
    [`${DOCKER}.1.18`, true],
    [`${DOCKER}.1.19`, drivers.includes('awslogs')],
    [`${DOCKER}.1.21`, some(({ memoryReservation }) => memoryReservation !== undefined)],
    [`${DOCKER}.1.24`, some(({ healthCheck }) => healthCheck !== undefined)],
    ...drivers.map((driver) => [`com.amazonaws.ecs.capability.logging-driver.${driver}`, true] as const),
    ['ecs.capability.execution-role-awslogs', hasRole && drivers.includes('awslogs')],
    ['com.amazonaws.ecs.capability.ecr-auth', usesEcr],
    ['ecs.capability.execution-role-ecr-pull', usesEcr && hasRole],
    ['com.amazonaws.ecs.capability.privileged-container', some(({ privileged }) => privileged === true)],
    ['com.amazonaws.ecs.capability.task-iam-role', Boolean(taskRoleArn)],
    ['ecs.capability.task-eni', networkMode === 'awsvpc'],
    [
      'ecs.capability.container-ordering',
      some((one) => Boolean(one.dependsOn?.length || one.startTimeout || one.stopTimeout)),
    ],
    ['ecs.capability.container-health-check', some(({ healthCheck }) => healthCheck !== undefined)],
    ['ecs.capability.container-restart-policy', some(({ restartPolicy }) => restartPolicy?.enabled === true)],
    ['ecs.capability.env-files.s3', some(({ environmentFiles }) => Boolean(environmentFiles?.length))],
    ['ecs.capability.secrets.ssm.environment-variables', secrets.some((one) => secretSource(one)?.from === 'ssm')],
    [
      'ecs.capability.secrets.asm.environment-variables',
      secrets.some((one) => secretSource(one)?.from === 'secrets-manager'),
    ],
    ['ecs.capability.pid-ipc-namespace-sharing', input.pidMode !== undefined || input.ipcMode !== undefined],
  ];
  return [...new Set(wanted.filter(([, holds]) => holds).map(([name]) => name))].map((name) => ({ name }));
}
