import type { ServiceName } from '../../src/wire/types.ts';

/** An SDK client that is asked by the names of operations. */
export interface AnyClient {
  /** Gives the output without `$metadata`. */
  call(operation: string, input: object): Promise<object>;
}

type Send = (command: unknown) => Promise<Record<string, unknown>>;
type ClientClass = new (config: object) => { send: Send };
type CommandClass = new (input: object) => unknown;

function anyClient(
  module: object,
  className: string,
  requestHandler: unknown,
  protocol?: unknown,
  forcePathStyle = false,
): AnyClient {
  const exported = module as Readonly<Record<string, unknown>>;
  const client = new (exported[className] as ClientClass)({
    region: 'us-east-1',
    endpoint: 'http://teal.invalid',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AK', secretAccessKey: 'secret' },
    requestHandler,
    ...(forcePathStyle ? { forcePathStyle } : {}),
    ...(protocol === undefined ? {} : { protocol }),
  });
  return {
    async call(operation, input) {
      const answer = await client.send(new (exported[`${operation}Command`] as CommandClass)(input));
      delete answer['$metadata'];
      return answer;
    },
  };
}

/** The official client of every service. */
export const sdkClients: Readonly<Record<ServiceName, (requestHandler: unknown) => Promise<AnyClient>>> = {
  codedeploy: async (handler) => anyClient(await import('@aws-sdk/client-codedeploy'), 'CodeDeployClient', handler),
  ecs: async (handler) => anyClient(await import('@aws-sdk/client-ecs'), 'ECSClient', handler),
  elbv2: async (handler) =>
    anyClient(await import('@aws-sdk/client-elastic-load-balancing-v2'), 'ElasticLoadBalancingV2Client', handler),
  lambda: async (handler) => anyClient(await import('@aws-sdk/client-lambda'), 'LambdaClient', handler),
  iam: async (handler) => anyClient(await import('@aws-sdk/client-iam'), 'IAMClient', handler),
  sts: async (handler) => anyClient(await import('@aws-sdk/client-sts'), 'STSClient', handler),
  ec2: async (handler) => anyClient(await import('@aws-sdk/client-ec2'), 'EC2Client', handler),
  cloudwatch: async (handler) => anyClient(await import('@aws-sdk/client-cloudwatch'), 'CloudWatchClient', handler),
  logs: async (handler) => anyClient(await import('@aws-sdk/client-cloudwatch-logs'), 'CloudWatchLogsClient', handler),
  sns: async (handler) => anyClient(await import('@aws-sdk/client-sns'), 'SNSClient', handler),
  events: async (handler) => anyClient(await import('@aws-sdk/client-eventbridge'), 'EventBridgeClient', handler),
  'application-autoscaling': async (handler) =>
    anyClient(await import('@aws-sdk/client-application-auto-scaling'), 'ApplicationAutoScalingClient', handler),
  s3: async (handler) => anyClient(await import('@aws-sdk/client-s3'), 'S3Client', handler, undefined, true),
  acm: async (handler) => anyClient(await import('@aws-sdk/client-acm'), 'ACMClient', handler),
};

/** CloudWatch's client in each of the protocols that it is spoken in. */
export const cloudWatchClients: Readonly<Record<string, (requestHandler: unknown) => Promise<AnyClient>>> = {
  async CBOR(handler) {
    const { SmithyRpcV2CborProtocol } = await import('@smithy/core/cbor');
    return anyClient(await import('@aws-sdk/client-cloudwatch'), 'CloudWatchClient', handler, SmithyRpcV2CborProtocol);
  },
  async query(handler) {
    const { AwsQueryProtocol } = await import('@aws-sdk/core/protocols');
    return anyClient(await import('@aws-sdk/client-cloudwatch'), 'CloudWatchClient', handler, AwsQueryProtocol);
  },
  JSON: sdkClients.cloudwatch,
};
