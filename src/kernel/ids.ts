import { randomBytes, randomInt, randomUUID } from 'node:crypto';

const UPPER_ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

const pick = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** Makes the identifiers that AWS shows, in AWS's forms. Source: spec, names and ids. */
export const newId = {
  uuid: (): string => randomUUID(),
  /** `d-` and nine of `[A-Z0-9]`. */
  deployment: (): string => `d-${pick(UPPER_ALPHANUMERIC, 9)}`,
  /** 256 random bits: knowing it is what lets a hook answer. */
  hookExecution: (): string => randomBytes(32).toString('base64url'),
  /** `ecs-svc/` and nineteen digits. */
  taskSet: (): string => `ecs-svc/${randomInt(1, 10)}${pick('0123456789', 18)}`,
  /** 21 of `[A-Za-z0-9_-]`. */
  serviceDeployment: (): string => randomBytes(16).toString('base64url').slice(0, 21),
  /** 32 hexadecimal digits: tasks and container instances. */
  task: (): string => randomBytes(16).toString('hex'),
  /** 16 hexadecimal digits: load balancers, listeners, rules, target groups. */
  elb: (): string => randomBytes(8).toString('hex'),
  /** `prefix-` and 17 hexadecimal digits: EC2's resources. */
  ec2: (prefix: string): string => `${prefix}-${randomBytes(9).toString('hex').slice(0, 17)}`,
  /** A prefix such as `AROA` and 17 of `[A-Z2-7]`, 21 characters in all: IAM's unique ids. */
  iam: (prefix: string): string => `${prefix}${pick('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 21 - prefix.length)}`,
};
