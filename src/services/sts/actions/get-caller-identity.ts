import type { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Action } from '../../../wire/types.ts';

export const getCallerIdentity: Action<typeof GetCallerIdentityCommand> = (_input, { account }) => ({
  Account: account,
  Arn: `arn:aws:iam::${account}:root`,
  UserId: account,
});
