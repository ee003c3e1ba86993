import type { Hooks } from '../engine/ports.ts';
import { isWebhook } from '../engine/hook-target.ts';
import type { AwsClients } from './clients.ts';
import { readHookLog } from './hook-log.ts';
import { invokeFunction } from './invoke-function.ts';
import { postWebhook, type WebhookDeps } from './webhook.ts';

export interface HookDeps extends WebhookDeps {
  readonly clients: Pick<AwsClients, 'lambda' | 'logs'>;
}

/** Hooks as Lambda functions, or as endpoints: what counts is the status that is reported, not the end of the call. */
export const createHooks = (deps: HookDeps): Hooks => ({
  invoke: (scope, call, signal) =>
    isWebhook(call.target) ? postWebhook(deps, scope, call, signal) : invokeFunction(deps.clients, scope, call),
  log: (scope, functionName, since, requestId) => readHookLog(deps.clients, scope, functionName, since, requestId),
});
