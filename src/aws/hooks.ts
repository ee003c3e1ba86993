import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Hooks } from '../engine/ports.ts';
import type { AwsClients } from './clients.ts';
import { readHookAnswer } from './hook-answer.ts';
import { callPort } from './port-error.ts';

/**
 * Hooks through Lambda. CodeDeploy's are invoked as events: what counts is the status that the function reports, not its
 * end. Those of ECS are waited for, and their answer counts.
 */
export const createHooks = (clients: Pick<AwsClients, 'lambda'>): Hooks => ({
  invoke: (scope, functionName, deploymentId, executionId) =>
    callPort(async () => {
      const payload = { DeploymentId: deploymentId, LifecycleEventHookExecutionId: executionId };
      const Payload = new TextEncoder().encode(JSON.stringify(payload));
      const command = new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload });
      await clients.lambda(scope).send(command);
    }),
  call: (scope, functionArn, payload, signal) =>
    callPort(async () => {
      const Payload = new TextEncoder().encode(JSON.stringify(payload));
      const command = new InvokeCommand({ FunctionName: functionArn, Payload });
      const answer = await clients.lambda(scope).send(command, { abortSignal: signal });
      return readHookAnswer(new TextDecoder().decode(answer.Payload), answer.FunctionError);
    }),
});
