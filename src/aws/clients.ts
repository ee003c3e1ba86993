import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { Scope } from '../kernel/scope.ts';

/**
 * SDK clients for one account and region. Inside Teal they reach `wire` in process, without a socket; pointed at AWS
 * they are ordinary clients.
 */
export interface AwsClients {
  codedeploy(scope: Scope): CodeDeployClient;
  ecs(scope: Scope): ECSClient;
  elbv2(scope: Scope): ElasticLoadBalancingV2Client;
  lambda(scope: Scope): LambdaClient;
  // Their packages are loaded when first asked for: most deployments need none, and starting Teal should not wait.
  cloudwatch(scope: Scope): Promise<CloudWatchClient>;
  logs(scope: Scope): Promise<CloudWatchLogsClient>;
  sns(scope: Scope): Promise<SNSClient>;
  s3(scope: Scope): Promise<S3Client>;
  events(scope: Scope): Promise<EventBridgeClient>;
}
