import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { HookAccepted, HookCall } from '../engine/ports.ts';
import type { Scope } from '../kernel/scope.ts';
import type { AwsClients } from './clients.ts';
import { hookPayload } from './hook-payload.ts';
import { callPort } from './port-error.ts';

/** Invokes a function as an event: Lambda keeps it, and tries a function that fails twice again. */
export const invokeFunction = (
  clients: Pick<AwsClients, 'lambda'>,
  scope: Scope,
  call: HookCall,
): Promise<HookAccepted> =>
  callPort(async () => {
    const Payload = new TextEncoder().encode(hookPayload(call));
    const command = new InvokeCommand({ FunctionName: call.target, InvocationType: 'Event', Payload });
    const { requestId } = (await clients.lambda(scope).send(command)).$metadata;
    return requestId === undefined ? {} : { requestId };
  });
