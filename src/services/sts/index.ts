import type * as StsSdk from '@aws-sdk/client-sts';
import type { Actions, Service } from '../../wire/types.ts';
import { getCallerIdentity } from './actions/get-caller-identity.ts';

/*
 * STS: who the caller is. Every caller is the root of the account that its credentials name.
 *
 * Not served: AssumeRole and all else that gives out credentials.
 */
export function sts(): Service {
  return { name: 'sts', actions, start: async () => undefined, close: async () => undefined };
}

const actions = { GetCallerIdentity: getCallerIdentity } satisfies Actions<typeof StsSdk>;
