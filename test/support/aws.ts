import { ACMClient } from '@aws-sdk/client-acm';
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';

/** SDK clients of one account for an endpoint, as a user has them. */
export function awsClients(endpoint: string, account = '000000000000', region = 'us-east-1') {
  const config = { endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'secret' }, maxAttempts: 1 };
  return {
    acm: new ACMClient(config),
    codedeploy: new CodeDeployClient(config),
    ec2: new EC2Client(config),
    ecs: new ECSClient(config),
    elbv2: new ElasticLoadBalancingV2Client(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client(config),
    sts: new STSClient(config),
  };
}

export type TestClients = ReturnType<typeof awsClients>;

export const destroyClients = (clients: TestClients): void =>
  Object.values(clients).forEach((client) => client.destroy());
