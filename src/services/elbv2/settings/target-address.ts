import { isIPv4 } from 'node:net';
import { validationError } from '../faults.ts';
import type { TargetGroupRecord } from '../records.ts';

/** Loopback is allowed, unlike at AWS: tasks of the process runtime live there. @throws {ApiError} `ValidationError` */
export function checkTargetAddress(type: TargetGroupRecord['targetType'], id: string): void {
  if (type === 'ip' && !isIPv4(id)) throw validationError(`The IP address '${id}' is not a valid IPv4 address`);
  if (type === 'instance' && !/^i-[0-9a-f]{8,17}$/.test(id)) throw validationError(`Instance ID '${id}' is not valid`);
}
