import type { ServiceModel } from './model.ts';
import { buildModel } from './model.ts';
import type { ConstraintFile } from './constraint-table.ts';
import type { ServiceName } from './types.ts';

export type ProtocolName = 'aws-json' | 'aws-query' | 'ec2-query' | 'rest-json' | 'rest-xml';

/** How one AWS service is told from the others, and where its shapes come from. */
export interface CatalogueEntry {
  /** The service in the SigV4 credential scope. */
  readonly signingName: string;
  /** Of `X-Amz-Target`, without the dot; only awsJson services have one. */
  readonly targetPrefix: string | undefined;
  /** The API version, which query clients send as `Version`. */
  readonly version: string;
  readonly xmlNamespace: string;
  readonly protocol: ProtocolName;
  /** For services that are also spoken in Smithy's RPC v2 with CBOR. */
  readonly cbor?: CborNames;
  /** Imports the SDK package, which costs 50 to 220 ms and 15 to 70 MB: only when a request asks for the service. */
  load(): Promise<ServiceModel>;
  loadConstraints(): Promise<ConstraintFile>;
}

export interface CborNames {
  /** The service's shape, which stands in the path. */
  readonly service: string;
  /** Members of outputs that are integers: some clients refuse a double for them, and an integer for all others. */
  readonly integers: ReadonlySet<string>;
}

/** A table that a JSON module holds: its type is only as wide as its content, so it is widened here. */
const table = (module: { default: unknown }): ConstraintFile => module.default as ConstraintFile;

/** Every service that the wire can speak, mounted or not. Source: platform.md, service table. */
export const catalogue: Readonly<Record<ServiceName, CatalogueEntry>> = {
  codedeploy: {
    signingName: 'codedeploy',
    targetPrefix: 'CodeDeploy_20141006',
    version: '2014-10-06',
    xmlNamespace: '',
    protocol: 'aws-json',
    load: async () => buildModel(await import('@aws-sdk/client-codedeploy')),
    loadConstraints: async () => table(await import('./constraints/codedeploy.json', { with: { type: 'json' } })),
  },
  ecs: {
    signingName: 'ecs',
    targetPrefix: 'AmazonEC2ContainerServiceV20141113',
    version: '2014-11-13',
    xmlNamespace: '',
    protocol: 'aws-json',
    load: async () => buildModel(await import('@aws-sdk/client-ecs')),
    loadConstraints: async () => table(await import('./constraints/ecs.json', { with: { type: 'json' } })),
  },
  elbv2: {
    signingName: 'elasticloadbalancing',
    targetPrefix: undefined,
    version: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    protocol: 'aws-query',
    load: async () => buildModel(await import('@aws-sdk/client-elastic-load-balancing-v2')),
    loadConstraints: async () => table(await import('./constraints/elbv2.json', { with: { type: 'json' } })),
  },
  lambda: {
    signingName: 'lambda',
    targetPrefix: undefined,
    version: '2015-03-31',
    xmlNamespace: '',
    protocol: 'rest-json',
    load: async () => buildModel(await import('@aws-sdk/client-lambda')),
    loadConstraints: async () => table(await import('./constraints/lambda.json', { with: { type: 'json' } })),
  },
  iam: {
    signingName: 'iam',
    targetPrefix: undefined,
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    protocol: 'aws-query',
    load: async () => buildModel(await import('@aws-sdk/client-iam')),
    loadConstraints: async () => table(await import('./constraints/iam.json', { with: { type: 'json' } })),
  },
  sts: {
    signingName: 'sts',
    targetPrefix: undefined,
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    protocol: 'aws-query',
    load: async () => buildModel(await import('@aws-sdk/client-sts')),
    loadConstraints: async () => table(await import('./constraints/sts.json', { with: { type: 'json' } })),
  },
  ec2: {
    signingName: 'ec2',
    targetPrefix: undefined,
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    protocol: 'ec2-query',
    load: async () => buildModel(await import('@aws-sdk/client-ec2')),
    loadConstraints: async () => table(await import('./constraints/ec2.json', { with: { type: 'json' } })),
  },
  acm: {
    signingName: 'acm',
    targetPrefix: 'CertificateManager',
    version: '2015-12-08',
    xmlNamespace: '',
    protocol: 'aws-json',
    load: async () => buildModel(await import('@aws-sdk/client-acm')),
    loadConstraints: async () => table(await import('./constraints/acm.json', { with: { type: 'json' } })),
  },
  cloudwatch: {
    signingName: 'monitoring',
    targetPrefix: 'GraniteServiceVersion20100801',
    version: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    protocol: 'aws-query',
    cbor: {
      service: 'GraniteServiceVersion20100801',
      integers: new Set([
        'ActionsSuppressorExtensionPeriod',
        'ActionsSuppressorWaitPeriod',
        'ApproximateUniqueCount',
        'DatapointsToAlarm',
        'EvaluationInterval',
        'EvaluationPeriods',
        'MaxContributorCount',
        'MaxDatapoints',
        'MaxRecords',
        'MaxResults',
        'PendingPeriod',
        'Period',
        'RecoveryPeriod',
        'Size',
        'StorageResolution',
      ]),
    },
    load: async () => buildModel(await import('@aws-sdk/client-cloudwatch')),
    loadConstraints: async () => table(await import('./constraints/cloudwatch.json', { with: { type: 'json' } })),
  },
  logs: {
    signingName: 'logs',
    targetPrefix: 'Logs_20140328',
    version: '2014-03-28',
    xmlNamespace: '',
    protocol: 'aws-json',
    load: async () => buildModel(await import('@aws-sdk/client-cloudwatch-logs')),
    loadConstraints: async () => table(await import('./constraints/logs.json', { with: { type: 'json' } })),
  },
  s3: {
    signingName: 's3',
    targetPrefix: undefined,
    version: '2006-03-01',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    protocol: 'rest-xml',
    load: async () => buildModel(await import('@aws-sdk/client-s3')),
    loadConstraints: async () => table(await import('./constraints/s3.json', { with: { type: 'json' } })),
  },
  sns: {
    signingName: 'sns',
    targetPrefix: undefined,
    version: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    protocol: 'aws-query',
    load: async () => buildModel(await import('@aws-sdk/client-sns')),
    loadConstraints: async () => table(await import('./constraints/sns.json', { with: { type: 'json' } })),
  },
  events: {
    signingName: 'events',
    targetPrefix: 'AWSEvents',
    version: '2015-10-07',
    xmlNamespace: '',
    protocol: 'aws-json',
    load: async () => buildModel(await import('@aws-sdk/client-eventbridge')),
    loadConstraints: async () => table(await import('./constraints/events.json', { with: { type: 'json' } })),
  },
  'application-autoscaling': {
    signingName: 'application-autoscaling',
    targetPrefix: 'AnyScaleFrontendService',
    version: '2016-02-06',
    xmlNamespace: '',
    protocol: 'aws-json',
    load: async () => buildModel(await import('@aws-sdk/client-application-auto-scaling')),
    loadConstraints: async () =>
      table(await import('./constraints/application-autoscaling.json', { with: { type: 'json' } })),
  },
};
