import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Hooks } from '../engine/ports.ts';
import { isWebhook } from '../engine/hook-target.ts';
import type { AwsClients } from './clients.ts';
import { readHookAnswer } from './hook-answer.ts';
import { readHookLog } from './hook-log.ts';
import { invokeFunction } from './invoke-function.ts';
import { callPort } from './port-error.ts';
import { postWebhook, type WebhookDeps } from './webhook.ts';

export interface HookDeps extends WebhookDeps {
  readonly clients: Pick<AwsClients, 'lambda' | 'logs'>;
}

/**
 * Hooks as Lambda functions, or as endpoints. Of CodeDeploy's, what counts is the status that is reported, not the end
 * of the call; those of ECS are waited for, and their answer counts.
 */
export const createHooks = (deps: HookDeps): Hooks => ({
  invoke: (scope, call, signal) =>
    isWebhook(call.target) ? postWebhook(deps, scope, call, signal) : invokeFunction(deps.clients, scope, call),
  log: (scope, functionName, since, requestId) => readHookLog(deps.clients, scope, functionName, since, requestId),
  call: (scope, functionArn, payload, signal) =>
    callPort(async () => {
      const Payload = new TextEncoder().encode(JSON.stringify(payload));
      const command = new InvokeCommand({ FunctionName: functionArn, Payload });
      const answer = await deps.clients.lambda(scope).send(command, { abortSignal: signal });
      return readHookAnswer(new TextDecoder().decode(answer.Payload), answer.FunctionError);
    }),
});
