import type { HookName } from '../progress.ts';
import { AppSpecError, shown } from './app-spec-error.ts';

/** A name, `ACCOUNT:function:NAME` or an ARN, each with or without a version or alias. Source: Lambda API, Invoke. */
const FUNCTION =
  /^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:|\d{12}:function:|function:)?[a-zA-Z0-9-_]{1,64}(:(\$LATEST|[a-zA-Z0-9-_]{1,128}))?$/;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;
const LONGEST_ADDRESS = 2048;

/**
 * Reads what a hook calls: a Lambda function or, as Teal's own extension, an endpoint.
 *
 * @throws {AppSpecError} for anything else
 */
export function readHookTarget(hook: HookName, target: unknown): string {
  const needed = `Hooks.${hook} must be the name or ARN of one function, or the https:// address of an endpoint`;
  if (typeof target !== 'string' || target === '') throw new AppSpecError(`${needed}, found ${shown(target)}`);
  if (SCHEME.test(target)) return requireAddress(hook, target);
  if (!FUNCTION.test(target)) throw new AppSpecError(`${needed}, found ${shown(target)}`);
  return target;
}

function requireAddress(hook: HookName, target: string): string {
  const refuse = (why: string): AppSpecError => new AppSpecError(`Hooks.${hook}: ${why}, found ${shown(target)}`);
  if (target.length > LONGEST_ADDRESS) throw refuse(`an address may have at most ${LONGEST_ADDRESS} characters`);
  if (!URL.canParse(target) || /[\s\p{Cc}]/u.test(target)) throw refuse('the address of the endpoint is malformed');
  const { protocol, hostname, username, password, hash } = new URL(target);
  if (protocol !== 'https:' && protocol !== 'http:') throw refuse('the address of an endpoint begins with https://');
  // Before the host: what is shown must not repeat a password, and AppSpecs are read by many.
  if (username || password)
    throw new AppSpecError(
      `Hooks.${hook}: the address of an endpoint must not contain a user name or password; requests are signed instead`,
    );
  if (hash) throw refuse('the address of an endpoint must not have a fragment');
  if (protocol === 'http:' && !LOOPBACK.test(hostname))
    throw refuse('http:// is for endpoints on this machine (localhost, 127.0.0.1, [::1]); others need https://');
  return target;
}
