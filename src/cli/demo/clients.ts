import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

/** Ordinary SDK clients with any credentials, as a user of Teal has them. */
export function demoClients(endpoint: string) {
  const config = { endpoint, region: REGION, credentials: { accessKeyId: 'demo', secretAccessKey: 'demo' } };
  return {
    codedeploy: new CodeDeployClient(config),
    ecs: new ECSClient(config),
    elbv2: new ElasticLoadBalancingV2Client(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
  };
}

export type DemoClients = ReturnType<typeof demoClients>;

export interface Network {
  readonly vpcId: string;
  readonly subnets: string[];
}

/** The default VPC and its subnets. EC2's client is heavy, so it is loaded for this one question only. */
export async function defaultNetwork(endpoint: string): Promise<Network> {
  const { DescribeSubnetsCommand, EC2Client } = await import('@aws-sdk/client-ec2');
  const client = new EC2Client({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'demo', secretAccessKey: 'demo' },
  });
  const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({}));
  client.destroy();
  return { vpcId: Subnets[0]?.VpcId ?? '', subnets: Subnets.flatMap((subnet) => subnet.SubnetId ?? []) };
}
