import { ApiError } from '../api-error.ts';
import type { Operation, ServiceModel } from '../model.ts';
import type { WireRequest } from '../request.ts';
import { membersOf, requiredNames, traitsOf } from '../schema.ts';
import type { Matched } from './rest-route.ts';
import { s3Address, type S3Address } from './s3-address.ts';

interface Route {
  readonly operation: Operation;
  readonly method: string;
  readonly hasBucket: boolean;
  readonly hasKey: boolean;
  /** Parameters that the path is written with, such as `uploads` or `list-type=2`. */
  readonly literals: readonly (readonly [name: string, value: string])[];
  /** Parameters and headers without which it is another operation: `uploadId` makes a part of an object. */
  readonly parameters: readonly string[];
  readonly headers: readonly string[];
}

/** SDKs of JavaScript say the operation in this parameter; others say nothing. */
const NAME = 'x-id';

/** The routes of S3, those first that ask for more. The model's paths leave the bucket out: it may stand in the host. */
export function s3RoutesOf(model: ServiceModel): readonly Route[] {
  const routes = [...model.operations.values()].flatMap((operation) => (operation.http ? [routeOf(operation)] : []));
  const asked = ({ literals, parameters, headers }: Route) => literals.length + parameters.length + headers.length;
  return routes.sort((a, b) => asked(b) - asked(a));
}

function routeOf(operation: Operation): Route {
  const { method = '', uri = '' } = operation.http ?? {};
  const [path = '', parameters = ''] = uri.split('?');
  const required = new Set(requiredNames(operation.input));
  const members = membersOf(operation.input);
  const needed = members.filter(({ name }) => required.has(name)).map(({ shape }) => traitsOf(shape));
  return {
    operation,
    method,
    hasBucket: members.some(({ name, shape }) => name === 'Bucket' && traitsOf(shape).httpLabel),
    hasKey: path.includes('{Key+}'),
    literals: [...new URLSearchParams(parameters)].filter(([name]) => name !== NAME),
    parameters: needed.flatMap(({ httpQuery }) => httpQuery ?? []),
    headers: needed.flatMap(({ httpHeader }) => httpHeader?.toLowerCase() ?? []),
  };
}

/** @throws {ApiError} `MethodNotAllowed` when no operation has this form, `InvalidURI` */
export function requireS3Route(routes: readonly Route[], request: WireRequest): Matched {
  const address = s3Address(request);
  const fitting = routes.filter((route) => fits(route, request, address));
  const named = request.query.get(NAME);
  const found = fitting.find(({ operation }) => operation.name === named) ?? fitting[0];
  if (!found) throw new ApiError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
  const labels = Object.entries({ Bucket: address.bucket, Key: address.key });
  return {
    operation: found.operation,
    labels: new Map(labels.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))),
  };
}

function fits(route: Route, { method, query, headers }: WireRequest, { bucket, key }: S3Address): boolean {
  return (
    route.method === method &&
    route.hasBucket === (bucket !== undefined) &&
    route.hasKey === (key !== undefined) &&
    route.literals.every(([name, value]) => (value === '' ? query.has(name) : query.get(name) === value)) &&
    route.parameters.every((name) => query.has(name)) &&
    route.headers.every((name) => headers[name] !== undefined)
  );
}
