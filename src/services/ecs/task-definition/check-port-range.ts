import type { PortMapping } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';

const MOST_PORTS = 100;

/** Ranges of ports; words assumed. Source of the limits: API reference, PortMapping. @throws {ClientException} */
export function checkPortRange(
  networkMode: string | undefined,
  container: string | undefined,
  { containerPort, hostPort, containerPortRange = '' }: PortMapping,
): void {
  const [first, last] = portsOfRange(containerPortRange) ?? [0, 0];
  if (first < 1 || last > 65_535 || first >= last || last - first >= MOST_PORTS)
    throw clientError(`Invalid 'containerPortRange' setting for container '${container}'.`);
  if (containerPort !== undefined)
    throw clientError(`Container '${container}' can have either 'containerPort' or 'containerPortRange', not both.`);
  if (hostPort !== undefined)
    throw clientError(`Container '${container}' can not have 'hostPort' with 'containerPortRange'.`);
  if (networkMode === 'host' || networkMode === 'none')
    throw clientError(`When networkMode=${networkMode}, container port ranges are not supported.`);
}

/** First and last port of `8000-8010`. */
export function portsOfRange(range: string): readonly [number, number] | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(range) ?? [];
  return first === undefined || last === undefined ? undefined : [Number(first), Number(last)];
}
