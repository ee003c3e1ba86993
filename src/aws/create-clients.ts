import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { Scope } from '../kernel/scope.ts';
import type { AwsClients } from './clients.ts';
import { scopeSigner } from './scope-signer.ts';

export interface AwsClientOptions {
  /** Of the SDK; wire's `inProcessHandler` for Teal itself. Without it the clients use HTTP. */
  readonly requestHandler?: unknown;
  readonly endpoint?: string;
  /** By default the account is the access key id, which is how Teal knows it; the SDK's own chain is not used. */
  readonly credentials?: (scope: Scope) => { accessKeyId: string; secretAccessKey: string };
}

/** Two tries: behind the clients stands Teal, whose loops try again by themselves. */
const MAX_ATTEMPTS = 2;
/** Nothing listens there: requests with a handler in process never leave it. */
const IN_PROCESS_ENDPOINT = 'http://teal.invalid';

/** Makes SDK clients, one per service and scope, when they are first asked for. `close` ends them all. */
export function createAwsClients(options: AwsClientOptions): AwsClients & { close(): void } {
  const kept: { destroy(): void }[] = [];
  const perScope = <C extends { destroy(): void }>(service: string, make: (config: ClientConfig) => C) => {
    const clients = new Map<string, C>();
    return (scope: Scope): C => {
      const key = `${scope.account}/${scope.region}`;
      const known = clients.get(key);
      if (known) return known;
      const made = make(configFor(options, service, scope));
      clients.set(key, made);
      kept.push(made);
      return made;
    };
  };
  let cloudwatch: ((scope: Scope) => CloudWatchClient) | undefined;
  let logs: ((scope: Scope) => CloudWatchLogsClient) | undefined;
  let s3: ((scope: Scope) => S3Client) | undefined;
  let sns: ((scope: Scope) => SNSClient) | undefined;
  let events: ((scope: Scope) => EventBridgeClient) | undefined;
  return {
    codedeploy: perScope('codedeploy', (config) => new CodeDeployClient(config)),
    ecs: perScope('ecs', (config) => new ECSClient(config)),
    elbv2: perScope('elasticloadbalancing', (config) => new ElasticLoadBalancingV2Client(config)),
    lambda: perScope('lambda', (config) => new LambdaClient(config)),
    async cloudwatch(scope) {
      const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch');
      return (cloudwatch ??= perScope('monitoring', (config) => new CloudWatchClient(config)))(scope);
    },
    async logs(scope) {
      const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
      return (logs ??= perScope('logs', (config) => new CloudWatchLogsClient(config)))(scope);
    },
    async s3(scope) {
      const { S3Client } = await import('@aws-sdk/client-s3');
      // A bucket in the host's name is for hosts that have names.
      const forcePathStyle = options.requestHandler !== undefined;
      return (s3 ??= perScope('s3', (config) => new S3Client({ ...config, forcePathStyle })))(scope);
    },
    async sns(scope) {
      const { SNSClient } = await import('@aws-sdk/client-sns');
      return (sns ??= perScope('sns', (config) => new SNSClient(config)))(scope);
    },
    async events(scope) {
      const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
      return (events ??= perScope('events', (config) => new EventBridgeClient(config)))(scope);
    },
    close() {
      for (const client of kept.splice(0)) client.destroy();
    },
  };
}

type ClientConfig = ReturnType<typeof configFor>;

function configFor(options: AwsClientOptions, service: string, scope: Scope) {
  const credentials = options.credentials?.(scope) ?? { accessKeyId: scope.account, secretAccessKey: 'teal' };
  const inProcess = options.requestHandler !== undefined;
  const endpoint = options.endpoint ?? (inProcess ? IN_PROCESS_ENDPOINT : undefined);
  return {
    region: scope.region,
    credentials,
    maxAttempts: MAX_ATTEMPTS,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(inProcess ? { requestHandler: options.requestHandler as never } : {}),
    ...(inProcess ? { signer: scopeSigner(credentials.accessKeyId, scope.region, service) } : {}),
  };
}
