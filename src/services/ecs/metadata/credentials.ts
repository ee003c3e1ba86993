import { createHash } from 'node:crypto';
import { minutes } from '../../../kernel/span.ts';
import type { TaskRecord } from '../records/task.ts';

/** SDKs ask again in good time before the end. */
const LIFE = minutes(6 * 60);

/**
 * The credentials of a task's role. Teal knows an account by an access key of its twelve digits, and takes any secret;
 * these are the task's own, the same each time, so that nothing has to be kept.
 */
export function roleCredentials(task: TaskRecord, roleArn: string, now: Date) {
  const secret = (purpose: string): string =>
    createHash('sha256').update(`${purpose}:${task.spec.paths?.credentials}`).digest('base64');
  return {
    RoleArn: roleArn,
    AccessKeyId: task.spec.account,
    SecretAccessKey: secret('secret').slice(0, 40),
    Token: secret('token'),
    Expiration: new Date(now.getTime() + LIFE).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}
