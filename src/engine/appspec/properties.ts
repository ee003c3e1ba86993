import type { AppSpec } from '../deployment.ts';
import { AppSpecError, shown } from './app-spec-error.ts';
import { branch, requireText, textList, wholeNumber, type Branch } from './tree.ts';

const TASK_DEFINITION_ARN = /^arn:aws[\w-]*:ecs:[\w-]+:\d+:task-definition\/[\w-]{1,255}(:\d+)?$/;
const TASK_DEFINITION_NAME = /^[\w-]{1,255}(:\d+)?$/;

/** @throws {AppSpecError} when it is no task definition; CodeDeploy itself replaces no placeholder */
export function taskDefinition(properties: Branch): string {
  const text = requireText(properties, 'TaskDefinition');
  if (TASK_DEFINITION_ARN.test(text) || TASK_DEFINITION_NAME.test(text)) return text;
  const hint = /^<.*>$/.test(text) ? '; replace the placeholder before you deploy' : '';
  throw new AppSpecError(`${properties.path}.TaskDefinition ${shown(text)} is not a task definition ARN${hint}`);
}

/** Reads `NetworkConfiguration`: all three of its members or none. @throws {AppSpecError} */
export function network(properties: Branch): AppSpec['network'] {
  const found = properties.find('NetworkConfiguration');
  if (found === undefined) return undefined;
  const outer = branch(found, `${properties.path}.NetworkConfiguration`);
  if (outer.keys.length === 0) return undefined;
  const path = `${outer.path}.AwsvpcConfiguration`;
  const inner = branch(outer.find('AwsvpcConfiguration'), path);
  const given = [inner.find('Subnets'), inner.find('SecurityGroups'), inner.find('AssignPublicIp')];
  if (given.every((value) => value === undefined)) return undefined;
  if (given.some((value) => value === undefined))
    throw new AppSpecError(`${path} must have all of Subnets, SecurityGroups and AssignPublicIp, or none`);
  const assignPublicIp = given[2];
  if (assignPublicIp !== 'ENABLED' && assignPublicIp !== 'DISABLED')
    throw new AppSpecError(`${path}.AssignPublicIp must be ENABLED or DISABLED, found ${shown(assignPublicIp)}`);
  return {
    subnets: textList(given[0], `${path}.Subnets`),
    securityGroups: textList(given[1], `${path}.SecurityGroups`),
    assignPublicIp,
  };
}

/** Reads `CapacityProviderStrategy`. @throws {AppSpecError} when two items set a base, or none has a weight */
export function capacityProviders(properties: Branch): AppSpec['capacityProviders'] {
  const found = properties.find('CapacityProviderStrategy');
  if (found === undefined) return undefined;
  const path = `${properties.path}.CapacityProviderStrategy`;
  if (!Array.isArray(found)) throw new AppSpecError(`${path} must be a list, found ${shown(found)}`);
  if (found.length === 0) return undefined;
  const providers = found.map((item: unknown, index) => {
    const provider = branch(item, `${path}[${index}]`);
    return {
      name: requireText(provider, 'CapacityProvider'),
      base: wholeNumber(provider.find('Base') ?? 0, `${provider.path}.Base`, 0, 100_000),
      weight: wholeNumber(provider.find('Weight') ?? 0, `${provider.path}.Weight`, 0, 1000),
    };
  });
  if (providers.filter((provider) => provider.base > 0).length > 1)
    throw new AppSpecError(`${path} may set Base in one item only`);
  if (!providers.some((provider) => provider.weight > 0))
    throw new AppSpecError(`${path} must have at least one item with a Weight above 0`);
  return providers;
}
