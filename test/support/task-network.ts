import { DescribeSubnetsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { NetworkConfiguration } from '@aws-sdk/client-ecs';

/** A configuration for awsvpc tasks, in the first of the account's subnets. */
export async function taskNetwork(ec2: EC2Client): Promise<NetworkConfiguration> {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  return { awsvpcConfiguration: { subnets: [Subnets[0]?.SubnetId ?? ''] } };
}
