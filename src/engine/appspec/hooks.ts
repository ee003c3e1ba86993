import type { AppSpec } from '../deployment.ts';
import type { HookName } from '../progress.ts';
import { AppSpecError, shown } from './app-spec-error.ts';
import { readHookTarget } from './hook-target.ts';
import { branch } from './tree.ts';

const HOOKS = [
  'BeforeInstall',
  'AfterInstall',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
] as const satisfies readonly HookName[];

/**
 * Reads `Hooks`: a list of one-entry mappings. The plain mapping of EC2's AppSpec is tolerated.
 *
 * @throws {AppSpecError} for an event that cannot be hooked, an event named twice, a value that names nothing to call
 */
export function parseHooks(value: unknown): AppSpec['hooks'] {
  if (value === undefined || value === null) return {};
  const hooks: Partial<Record<HookName, string>> = {};
  for (const [event, target] of entries(value)) {
    const name = HOOKS.find((hook) => hook.toLowerCase() === event.toLowerCase());
    if (!name)
      throw new AppSpecError(
        `The hooks must be one of the ECS supported hooks (${HOOKS.join(', ')}), found ${shown(event)}`,
      );
    if (hooks[name] !== undefined) throw new AppSpecError(`Hooks names ${name} more than once`);
    hooks[name] = readHookTarget(name, target);
  }
  return hooks;
}

function entries(value: unknown): [string, unknown][] {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => {
    const hook = branch(item, 'Hooks');
    return hook.keys.map((key): [string, unknown] => [key, hook.find(key)]);
  });
}
