import { ApiError } from '../api-error.ts';
import type { HttpBinding, Operation, ServiceModel } from '../model.ts';
import type { WireRequest } from '../request.ts';

type Segment = { readonly literal: string } | { readonly label: string };

interface Route {
  readonly operation: Operation;
  readonly method: string;
  readonly segments: readonly Segment[];
  /** Parameters that tell two operations of one path apart, such as `List=ALL`. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

export interface Matched {
  readonly operation: Operation;
  /** Decoded, by member name. */
  readonly labels: ReadonlyMap<string, string>;
}

/** The routes of a REST service, the narrower first: `?List=ALL` before none, `/functions/x` before `/functions/{y}`. */
export function routesOf(model: ServiceModel): readonly Route[] {
  const routes = [...model.operations.values()].flatMap((operation) =>
    operation.http ? [route(operation, operation.http)] : [],
  );
  const literals = ({ segments }: Route) => segments.filter((segment) => 'literal' in segment).length;
  return routes.sort((a, b) => b.parameters.length - a.parameters.length || literals(b) - literals(a));
}

function route(operation: Operation, { method, uri }: HttpBinding): Route {
  const [path = '', parameters = ''] = uri.split('?');
  const segments = steps(path).map((text): Segment => {
    const label = /^\{([^}+]+)\+?\}$/.exec(text)?.[1];
    return label === undefined ? { literal: text } : { label };
  });
  return { operation, method, segments, parameters: [...new URLSearchParams(parameters)] };
}

/** Finds the operation for a path as sent. One slash at its end makes no difference. */
export function matchRoute(routes: readonly Route[], request: WireRequest): Matched | undefined {
  const parts = steps(request.path);
  for (const candidate of routes) {
    if (candidate.method !== request.method || candidate.segments.length !== parts.length) continue;
    if (!candidate.parameters.every(([name, value]) => request.query.get(name) === value)) continue;
    const labels = matchSegments(candidate.segments, parts);
    if (labels) return { operation: candidate.operation, labels };
  }
  return undefined;
}

function matchSegments(
  segments: readonly Segment[],
  parts: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? '';
    if ('literal' in segment) {
      if (segment.literal !== part) return undefined;
    } else {
      if (part === '') return undefined;
      labels.set(segment.label, decode(part));
    }
  }
  return labels;
}

const steps = (path: string): readonly string[] => path.replace(/^\//, '').replace(/\/$/, '').split('/');

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiError('InvalidURI', 'Could not parse the specified URI');
  }
}
