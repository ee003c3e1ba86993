import { parseArn } from '../../../kernel/arn.ts';
import type { Scope } from '../../../kernel/scope.ts';

/** Where the outcome of an event can go. */
export interface Destination {
  readonly to: 'lambda' | 'sns' | 'bus';
  /** Of the account and region that the ARN names. */
  readonly scope: Scope;
}

/** @returns `undefined` for an ARN of anything else, such as a queue or a bucket */
export function destinationOf(arn: string): Destination | undefined {
  const { service, account, region, resource } = parseArn(arn) ?? {};
  if (!account || !region || resource === undefined) return undefined;
  const scope = { account, region };
  if (service === 'lambda' && resource.startsWith('function:')) return { to: 'lambda', scope };
  if (service === 'sns' && !resource.includes(':')) return { to: 'sns', scope };
  if (service === 'events' && resource.startsWith('event-bus/')) return { to: 'bus', scope };
  return undefined;
}
