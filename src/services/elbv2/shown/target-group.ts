import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetGroupRecord } from '../records.ts';

/** A target group as AWS shows it. @param usedBy - ARNs of the load balancers whose listeners or rules name it */
export const shownTargetGroup = (record: TargetGroupRecord, usedBy: Iterable<string>): TargetGroup => ({
  TargetGroupArn: record.arn,
  TargetGroupName: record.name,
  Protocol: 'HTTP',
  Port: record.port,
  VpcId: record.vpcId,
  HealthCheckProtocol: 'HTTP',
  HealthCheckPort: record.healthCheck.port,
  HealthCheckEnabled: true,
  HealthCheckIntervalSeconds: record.healthCheck.intervalSeconds,
  HealthCheckTimeoutSeconds: record.healthCheck.timeoutSeconds,
  HealthyThresholdCount: record.healthCheck.healthyThreshold,
  UnhealthyThresholdCount: record.healthCheck.unhealthyThreshold,
  HealthCheckPath: record.healthCheck.path,
  Matcher: { HttpCode: record.healthCheck.matcher },
  LoadBalancerArns: [...usedBy],
  TargetType: record.targetType,
  ProtocolVersion: 'HTTP1',
  IpAddressType: 'ipv4',
});
