import { invalidParameter } from './faults.ts';
import { HTTP_POLICY, type RetryPolicy } from './delivery-policy.ts';

/** What a DeliveryPolicy says of HTTP deliveries; what it leaves out is absent. */
export interface HttpPolicy {
  readonly retries?: RetryPolicy;
  readonly contentType?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const COUNTS = ['numRetries', 'numNoDelayRetries', 'numMinDelayRetries', 'numMaxDelayRetries'] as const;
const DELAYS = ['minDelayTarget', 'maxDelayTarget'] as const;
const CURVES = ['arithmetic', 'exponential', 'geometric', 'linear'];

/** Of a subscription: `healthyRetryPolicy` and `requestPolicy`. @throws InvalidParameter */
export const subscriptionPolicy = (text: string): HttpPolicy => {
  const all = parse(text);
  return policyOf(all['healthyRetryPolicy'], all['requestPolicy']);
};

/** Of a topic: the defaults under `http`. @throws InvalidParameter */
export const topicPolicy = (text: string): HttpPolicy => {
  const http = fieldsOf(parse(text)['http'] ?? {}, 'http');
  return policyOf(http['defaultHealthyRetryPolicy'], http['defaultRequestPolicy']);
};

function policyOf(retries: unknown, request: unknown): HttpPolicy {
  const contentType =
    request === undefined || request === null ? undefined : fieldsOf(request, 'requestPolicy')['headerContentType'];
  return {
    ...(retries !== undefined && retries !== null && { retries: readRetries(fieldsOf(retries, 'healthyRetryPolicy')) }),
    ...(typeof contentType === 'string' && { contentType }),
  };
}

/** Limits: SNS Developer Guide, creating an HTTP/S delivery policy. */
function readRetries(given: Fields): RetryPolicy {
  for (const name of COUNTS) requireWhole(given, name, 0, 100);
  for (const name of DELAYS) requireWhole(given, name, 1, 3600);
  const curve = given['backoffFunction'];
  if (curve !== undefined && !CURVES.includes(curve as string)) throw wrong('backoffFunction');
  const policy = { ...HTTP_POLICY, ...(given as Partial<RetryPolicy>) };
  if (policy.minDelayTarget > policy.maxDelayTarget)
    throw wrong('maxDelayTarget must be greater than or equal to minDelayTarget');
  if (policy.numNoDelayRetries + policy.numMinDelayRetries + policy.numMaxDelayRetries > policy.numRetries)
    throw wrong('numRetries must be at least the sum of the retries of all phases');
  return policy;
}

function requireWhole(given: Fields, name: string, least: number, most: number): void {
  const value = given[name];
  if (value === undefined) return;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw wrong(`${name} must be a whole number of ${least} to ${most}`);
}

function parse(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text), 'a JSON object');
  } catch {
    throw wrong('failed to parse JSON.');
  }
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${what} must be an object`);
  return value as Fields;
}

const wrong = (why: string) => invalidParameter(`DeliveryPolicy: ${why}`);
