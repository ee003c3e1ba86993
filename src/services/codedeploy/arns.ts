import { arn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';

/** ARNs exactly so, because Terraform builds them itself. Source: spec, ARNs. */
export const applicationArn = (scope: Scope, application: string): string =>
  arn('codedeploy', scope, `application:${application}`);

export const groupArn = (scope: Scope, application: string, group: string): string =>
  arn('codedeploy', scope, `deploymentgroup:${application}/${group}`);

/** The last part of an ECS name that may be given as an ARN. */
export const shortName = (nameOrArn: string): string => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
