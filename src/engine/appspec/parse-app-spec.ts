import { parseDocument } from 'yaml';
import type { AppSpec } from '../deployment.ts';
import { AppSpecError, shown } from './app-spec-error.ts';
import { parseHooks } from './hooks.ts';
import { capacityProviders, network, taskDefinition } from './properties.ts';
import { branch, requireBranch, requireText, wholeNumber, type Branch } from './tree.ts';

/**
 * Reads an AppSpec of the ECS platform, written in YAML or JSON. Keys match whatever their case, unknown keys are
 * ignored, and the one resource may have any label.
 *
 * @throws {AppSpecError} with words for the file's author
 * Source: CodeDeploy User Guide, AppSpec 'resources' and 'hooks' sections for Amazon ECS.
 */
export function parseAppSpec(content: string): AppSpec {
  const root = branch(parseTree(content), 'The AppSpec file');
  requireVersion(root);
  const properties = targetProperties(root);
  const loadBalancer = requireBranch(properties, 'LoadBalancerInfo');

  const awsvpc = network(properties);
  const providers = capacityProviders(properties);
  return {
    taskDefinition: taskDefinition(properties),
    containerName: requireText(loadBalancer, 'ContainerName'),
    containerPort: containerPort(loadBalancer),
    ...platformVersion(properties),
    ...(awsvpc && { network: awsvpc }),
    ...(providers && { capacityProviders: providers }),
    hooks: parseHooks(root.find('Hooks')),
  };
}

function parseTree(content: string): unknown {
  if (content.trim() === '') throw new AppSpecError('The AppSpec file is empty');
  try {
    const document = parseDocument(content, { prettyErrors: true, logLevel: 'error' });
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (cause) {
    // The library gives more than its own errors here: too deep a nesting overflows the stack.
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/:$/, '') : String(cause);
    throw new AppSpecError(`The AppSpec file is neither valid YAML nor valid JSON: ${reason}`, { cause });
  }
}

/** Documented is only 0.0, but clients send 0 and "0.0", and AWS has been seen to deploy 1: any number will do. */
function requireVersion(root: Branch): void {
  const version = root.find('version');
  if (version === undefined) throw new AppSpecError('The AppSpec file must have version');
  if (!Number.isFinite(typeof version === 'string' && version !== '' ? Number(version) : version))
    throw new AppSpecError(`The AppSpec version must be 0.0, found ${shown(version)}`);
}

function targetProperties(root: Branch): Branch {
  const resources = root.find('Resources');
  if (resources === undefined) throw new AppSpecError('The AppSpec file must have Resources');
  if (!Array.isArray(resources)) throw new AppSpecError(`Resources must be a list, found ${shown(resources)}`);
  const [first] = resources as unknown[];
  if (resources.length !== 1)
    throw new AppSpecError(`Only 1 ECS resource (TargetService) supported, found ${resources.length}`);
  const item = branch(first, 'Resources[0]');
  const [label] = item.keys;
  if (label === undefined || item.keys.length > 1)
    throw new AppSpecError(`Resources[0] must be one named resource, such as TargetService, found ${shown(first)}`);
  const target = branch(item.find(label), label);
  const type = requireText(target, 'Type');
  if (type !== 'AWS::ECS::Service')
    throw new AppSpecError(`${label}.Type must be AWS::ECS::Service, found ${shown(type)}`);
  return requireBranch(target, 'Properties');
}

function containerPort(loadBalancer: Branch): number {
  const port = loadBalancer.find('ContainerPort');
  if (port === undefined || port === '') throw new AppSpecError(`${loadBalancer.path} must have ContainerPort`);
  return wholeNumber(port, `${loadBalancer.path}.ContainerPort`, 0, 65_535);
}

const platformVersion = (properties: Branch): Pick<AppSpec, 'platformVersion'> =>
  properties.find('PlatformVersion') === undefined
    ? {}
    : { platformVersion: requireText(properties, 'PlatformVersion') };
