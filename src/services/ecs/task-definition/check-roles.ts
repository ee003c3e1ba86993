import { clientError } from '../faults.ts';
import type { Registration } from './registration.ts';

const ROLE = /^(?:arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\x21-\x7e]+\/)?)?[\w+=,.@-]{1,64}$/;

/** Roles are names or ARNs. Source: spec, RegisterTaskDefinition row 45. @throws {ClientException} */
export function checkRoles({ taskRoleArn, executionRoleArn }: Registration): void {
  for (const role of [taskRoleArn, executionRoleArn])
    if (role !== undefined && role !== '' && !ROLE.test(role)) throw clientError('Role is not valid');
}
