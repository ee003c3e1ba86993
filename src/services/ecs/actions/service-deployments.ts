import type {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
} from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import { lastPart, nameFrom } from '../arns.ts';
import type { EcsDeps } from '../deps.ts';
import { countsOfService } from '../deployments/counts.ts';
import { invalidParameter, serviceNotFound } from '../faults.ts';
import { page } from '../paging.ts';
import { requireCluster } from '../records/cluster.ts';
import { deploymentsOf, serviceDeployments } from '../records/service-deployment.ts';
import { serviceRevisions } from '../records/service-revision.ts';
import { findService, services, type ServiceRecord } from '../records/service.ts';
import { showBriefly, showServiceDeployment, showServiceRevision } from '../views/show-service-deployment.ts';

export const describeServiceDeployments =
  ({ store }: EcsDeps): Action<typeof DescribeServiceDeploymentsCommand> =>
  async ({ serviceDeploymentArns: given }, ctx) => {
    checkList('serviceDeploymentArns', given);
    const ids = given.map((one) => idIn(ctx, 'service-deployment', one));
    const found = await Promise.all(ids.map((id) => serviceDeployments(store).get(ctx, id)));
    const shown = found.filter((deployment) => deployment !== undefined);
    return {
      serviceDeployments: await Promise.all(
        shown.map(async (deployment) => {
          const service = await services(store).get(ctx, `${deployment.cluster}/${deployment.service}`);
          return showServiceDeployment(ctx, deployment, service ? await countsOfService(store, ctx, service) : {});
        }),
      ),
      failures: missing(given, found),
    };
  };

export const describeServiceRevisions =
  ({ store }: EcsDeps): Action<typeof DescribeServiceRevisionsCommand> =>
  async ({ serviceRevisionArns: given }, ctx) => {
    checkList('serviceRevisionArns', given);
    const ids = given.map((one) => idIn(ctx, 'service-revision', one));
    const found = await Promise.all(ids.map((id) => serviceRevisions(store).get(ctx, id)));
    const shown = found.filter((revision) => revision !== undefined);
    if (new Set(shown.map(({ cluster, service }) => `${cluster}/${service}`)).size > 1)
      throw invalidParameter('All service revisions must belong to the same service.');
    return {
      serviceRevisions: shown.map((revision) => showServiceRevision(ctx, revision)),
      failures: missing(given, found),
    };
  };

export const listServiceDeployments =
  ({ store }: EcsDeps): Action<typeof ListServiceDeploymentsCommand> =>
  async ({ service: given, cluster, status, createdAt, ...paging }, ctx) => {
    const service = await requireService(store, ctx, cluster, given);
    const all = await deploymentsOf(store, ctx, service);
    const place = new Map(all.map(({ arn }, index) => [arn, index]));
    const found = all
      .filter((deployment) => !status?.length || status.includes(deployment.status))
      .filter((deployment) => !createdAt?.after || deployment.createdAt > createdAt.after.getTime())
      .filter((deployment) => !createdAt?.before || deployment.createdAt < createdAt.before.getTime());
    const { shown, nextToken } = page(
      found.map(({ arn }) => arn),
      paging,
      { usual: 20, order: (a, b) => (place.get(a) ?? -1) - (place.get(b) ?? -1) },
    );
    return {
      serviceDeployments: found.filter(({ arn }) => shown.includes(arn)).map((one) => showBriefly(ctx, one)),
      nextToken,
    };
  };

/** @throws {ServiceNotFoundException} for one that never was; one that is INACTIVE still has its history */
async function requireService(
  store: EcsDeps['store'],
  scope: Scope,
  cluster: string | undefined,
  given: string,
): Promise<ServiceRecord> {
  const { name } = await requireCluster(store, scope, cluster);
  const found = await findService(store, scope, name, given);
  if (!found) throw serviceNotFound();
  return found;
}

/** The id at the end of an ARN. @throws {InvalidParameterException} for what is no ARN of the kind */
export function idIn(scope: Scope, kind: 'service-deployment' | 'service-revision', given: string): string {
  if (!given.startsWith('arn:')) throw invalidParameter('The ARN provided is invalid.');
  return lastPart(nameFrom(scope, kind, given));
}

function checkList(name: string, given: readonly string[]): void {
  if (given.length === 0) throw invalidParameter(`${name} cannot be empty.`);
  if (given.length > 20) throw invalidParameter(`${name} can have at most 20 items.`);
}

const missing = (given: readonly string[], found: readonly unknown[]) =>
  given.filter((_, index) => found[index] === undefined).map((arn) => ({ arn, reason: 'MISSING' }));
