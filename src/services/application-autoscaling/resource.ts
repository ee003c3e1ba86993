import { invalid, notServed } from './faults.ts';

/** The one dimension that services of ECS are scaled by. */
export const DIMENSION = 'ecs:service:DesiredCount';

export interface Named {
  readonly ServiceNamespace?: string | undefined;
  readonly ResourceId?: string | undefined;
  readonly ScalableDimension?: string | undefined;
}

/** The service that a request is about. */
export interface EcsResource {
  readonly id: string;
  readonly cluster: string;
  readonly service: string;
}

/** @throws {ValidationException} for a namespace or dimension that Teal does not scale, or an id of another form */
export function resourceOf({ ServiceNamespace, ResourceId = '', ScalableDimension }: Named): EcsResource {
  checkNamespace(ServiceNamespace);
  if (ScalableDimension !== DIMENSION)
    throw invalid(`Unsupported service namespace, resource type or scalable dimension: ${ScalableDimension}`);
  return parseResource(ResourceId);
}

export function parseResource(id: string): EcsResource {
  const [, cluster, service] = /^service\/([^/]+)\/([^/]+)$/.exec(id) ?? [];
  if (cluster === undefined || service === undefined)
    throw invalid(`Unsupported service namespace, resource type or scalable dimension: ${id}`);
  return { id, cluster, service };
}

export function checkNamespace(namespace: string | undefined): void {
  if (namespace !== 'ecs') throw notServed(`Scaling in the service namespace ${namespace}`);
}
