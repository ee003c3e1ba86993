import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateFunctionCodeCommand,
  type CreateFunctionCommandInput,
  type FunctionConfiguration,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { eventually } from './eventually.ts';

/** A package of one file whose handler is `index.handler`. */
export const packageOf = (source: string): Uint8Array => zipSync({ 'index.js': strToU8(source) });

/** Creates a function and waits until it is active. @returns the answer to CreateFunction */
export async function createFunction(
  client: LambdaClient,
  FunctionName: string,
  source: string,
  more: Partial<CreateFunctionCommandInput> = {},
): Promise<FunctionConfiguration> {
  const created = await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: 'arn:aws:iam::123456789012:role/functions',
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Timeout: 30,
      Code: { ZipFile: packageOf(source) },
      ...more,
    }),
  );
  await settled(client, FunctionName);
  return created;
}

/** Gives a function other code and waits until it has it. @returns the answer to UpdateFunctionCode */
export async function updateCode(
  client: LambdaClient,
  FunctionName: string,
  source: string,
  more: { readonly Publish?: boolean } = {},
): Promise<FunctionConfiguration> {
  const ZipFile = packageOf(source);
  const updated = await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, ...more }));
  await settled(client, FunctionName);
  return updated;
}

/** Waits until a function, version or alias is active and no update of it is running. */
export const settled = (client: LambdaClient, FunctionName: string): Promise<FunctionConfiguration> =>
  eventually(`${FunctionName} to be active`, async () => {
    const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return found.State === 'Active' && found.LastUpdateStatus === 'Successful' ? found : undefined;
  });

/** Invokes and waits for the result. @returns it parsed, with the version that ran */
export async function invoke(client: LambdaClient, FunctionName: string, event: unknown = {}, Qualifier?: string) {
  const Payload = strToU8(JSON.stringify(event));
  const answer = await client.send(new InvokeCommand({ FunctionName, Qualifier, Payload }));
  const result: unknown = JSON.parse(answer.Payload?.transformToString() ?? '');
  return { result, version: answer.ExecutedVersion, error: answer.FunctionError };
}

/** Has an event performed later. @returns its request id */
export async function sendEvent(client: LambdaClient, FunctionName: string, event: unknown = {}): Promise<string> {
  const Payload = strToU8(JSON.stringify(event));
  const { $metadata } = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
  return $metadata.requestId ?? '';
}
