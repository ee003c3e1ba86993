import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { RegisterTaskDefinitionCommand, type RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { ModifyTargetGroupAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import type { ElbStack } from './elb-stack.ts';
import { eventually } from './eventually.ts';
import { settled } from './functions.ts';
import type { TestTeal } from './teal.ts';

const EXAMPLES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'examples');
export const ROLE = 'arn:aws:iam::000000000000:role/examples';
/** Containers start one after another, and machines may be slow. In milliseconds. */
export const PATIENT = 180_000;

/** Builds the images of all examples, as their readers do. */
export async function makeExampleImages(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(EXAMPLES, 'make-images.mjs')]);
}

/** What a release sets otherwise than the task definition in the folder: environment by container. */
export type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const exampleText = (example: string, file: string): Promise<string> =>
  readFile(join(EXAMPLES, example, file), 'utf8');

/** The input of a call from a file, with what its `<NAMES>` stand for. */
export async function exampleInput<T>(
  example: string,
  file: string,
  values: Readonly<Record<string, string>>,
): Promise<T> {
  const text = await exampleText(example, file);
  return JSON.parse(text.replace(/<([A-Z_]+)>/g, (found, name: string) => values[name] ?? found)) as T;
}

/** Registers an example's task definition with the images of a version. @returns its ARN */
export async function registerExample(
  teal: TestTeal,
  example: string,
  version: string,
  settings: Settings,
): Promise<string> {
  const text = (await exampleText(example, 'taskdef.json')).replaceAll(':v1"', `:${version}"`);
  const input = JSON.parse(text) as RegisterTaskDefinitionCommandInput;
  const containerDefinitions = input.containerDefinitions?.map((container) => {
    const own = Object.entries(settings[container.name ?? ''] ?? {}).map(([name, value]) => ({ name, value }));
    const kept = container.environment?.filter(({ name }) => !own.some((one) => one.name === name)) ?? [];
    return { ...container, environment: [...kept, ...own] };
  });
  const command = new RegisterTaskDefinitionCommand({ ...input, containerDefinitions });
  return (await teal.ecs.send(command)).taskDefinition?.taskDefinitionArn ?? '';
}

/** A target group with the health check of all examples. */
export async function createExampleGroup(teal: TestTeal, stack: ElbStack, Name: string): Promise<string> {
  const checks = { HealthCheckPath: '/health', HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5 };
  const TargetGroupArn = await stack.group({ Name, ...checks });
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }];
  await teal.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  return TargetGroupArn;
}

/** The function that checks releases. @returns its ARN */
export async function createCheck(teal: TestTeal, FunctionName: string, url: string): Promise<string> {
  const source = await exampleText('hook', 'index.mjs');
  const { FunctionArn = '' } = await teal.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: ROLE,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Timeout: 60,
      Code: { ZipFile: zipSync({ 'index.mjs': strToU8(source) }) },
      Environment: { Variables: { CHECK_URL: url } },
    }),
  );
  await settled(teal.lambda, FunctionName);
  return FunctionArn;
}

/** Waits until an example's log group has a line. @param filterPattern - of CloudWatch Logs. @returns its stream */
export async function streamOf(teal: TestTeal, example: string, filterPattern: string): Promise<string> {
  const credentials = { accessKeyId: teal.account, secretAccessKey: 'any' };
  const logs = new CloudWatchLogsClient({ endpoint: teal.url, region: 'us-east-1', credentials });
  try {
    const command = new FilterLogEventsCommand({ logGroupName: `/examples/${example}`, filterPattern });
    return await eventually(
      `the line ${filterPattern}`,
      async () => (await logs.send(command)).events?.[0]?.logStreamName,
      PATIENT,
    );
  } finally {
    logs.destroy();
  }
}
