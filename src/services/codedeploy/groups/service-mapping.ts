import { ECSServiceMappingLimitExceededException } from '@aws-sdk/client-codedeploy';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import { shortName } from '../arns.ts';
import { groups } from '../look-ups.ts';
import type { EcsServiceSettings } from '../records.ts';

const key = ({ clusterName, serviceName }: EcsServiceSettings): string =>
  `${shortName(clusterName)}/${shortName(serviceName)}`;

/** An ECS service belongs to one group of all applications. @throws `ECSServiceMappingLimitExceeded` */
export async function requireFreeService(
  tx: Transaction,
  scope: Scope,
  service: EcsServiceSettings,
  groupId?: string,
): Promise<void> {
  const all = await groups(tx).list(scope);
  const user = all.find((group) => group.id !== groupId && key(group.settings.service) === key(service));
  if (user)
    throw fault(
      ECSServiceMappingLimitExceededException,
      `The ECS service ${key(service)} is already associated with the deployment group ${user.name}.`,
    );
}
