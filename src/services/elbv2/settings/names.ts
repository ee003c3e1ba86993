import { validationError } from '../faults.ts';

const MOST = 32;

/** Checks the name of a load balancer in the order AWS does. @throws {ApiError} `ValidationError` */
export function checkLoadBalancerName(name: string): void {
  const refuse = (because: string) => validationError(`The load balancer name '${name}' ${because}`);
  if (name.length > MOST) throw refuse(`cannot be longer than '${MOST}' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw refuse('can only contain characters that are alphanumeric characters and hyphens(-)');
  if (name.startsWith('internal-')) throw refuse("cannot begin with 'internal-'");
  if (name.startsWith('-')) throw refuse('cannot begin with a hyphen(-)');
  if (name.endsWith('-')) throw refuse('cannot end with a hyphen(-)');
}

/** Checks the name of a target group in the order AWS does. @throws {ApiError} `ValidationError` */
export function checkTargetGroupName(name: string): void {
  const refuse = (because: string) => validationError(`Target group name '${name}' ${because}`);
  if (name.length > MOST) throw refuse(`cannot be longer than '${MOST}' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw refuse('can only contain characters that are alphanumeric characters or hyphens(-)');
  if (name.startsWith('-') || name.endsWith('-')) throw refuse("cannot begin or end with '-'");
}
