import type { Scope } from './scope.ts';

export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** Everything after the fifth colon. */
  readonly resource: string;
}

/** Builds `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`. */
export const arn = (service: string, scope: Scope, resource: string): string =>
  `arn:aws:${service}:${scope.region}:${scope.account}:${resource}`;

/** Takes an ARN apart, or gives `undefined` for text that is none. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.+)$/s.exec(text);
  if (!match) return undefined;
  const [, partition = '', service = '', region = '', account = '', resource = ''] = match;
  return { partition, service, region, account, resource };
}
