import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetGroupRecord } from '../records.ts';

/** A target group as AWS shows it. @param usedBy - ARNs of the load balancers whose listeners or rules name it */
export const shownTargetGroup = (record: TargetGroupRecord, usedBy: Iterable<string>): TargetGroup => ({
  TargetGroupArn: record.arn,
  TargetGroupName: record.name,
  Protocol: record.protocol,
  Port: record.port,
  VpcId: record.vpcId,
  HealthCheckProtocol: record.healthCheck.protocol,
  HealthCheckPort: record.healthCheck.port,
  HealthCheckEnabled: true,
  HealthCheckIntervalSeconds: record.healthCheck.intervalSeconds,
  HealthCheckTimeoutSeconds: record.healthCheck.timeoutSeconds,
  HealthyThresholdCount: record.healthCheck.healthyThreshold,
  UnhealthyThresholdCount: record.healthCheck.unhealthyThreshold,
  HealthCheckPath: record.healthCheck.path,
  Matcher:
    record.protocolVersion === 'GRPC'
      ? { GrpcCode: record.healthCheck.matcher }
      : { HttpCode: record.healthCheck.matcher },
  LoadBalancerArns: [...usedBy],
  TargetType: record.targetType,
  ProtocolVersion: record.protocolVersion,
  IpAddressType: 'ipv4',
});
