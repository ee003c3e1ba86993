import { InvalidRoleException, RoleRequiredException } from '@aws-sdk/client-codedeploy';
import { fault } from '../../../wire/api-error.ts';

/** Only the ARN's form is looked at. @throws `RoleRequired`, `InvalidRole` */
export function requireRole(roleArn: string | undefined): string {
  if (!roleArn) throw fault(RoleRequiredException, 'The service role ARN is required.');
  if (!/^arn:aws[\w-]*:iam::\d+:role\/.+$/.test(roleArn))
    throw fault(InvalidRoleException, `The service role ARN '${roleArn}' is not the ARN of an IAM role.`);
  return roleArn;
}
