import { join } from 'node:path';
import { InvalidConfigurationRequestException } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AccessLogConfig } from '../../../drivers/balancers/balancer.ts';
import { fault } from '../../../wire/api-error.ts';
import type { LoadBalancerRecord } from '../records.ts';

export interface LogPlace {
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * Checks where logs are to go: both become folders, so nothing that leads out of them may pass.
 *
 * @throws {InvalidConfigurationRequestException}
 * Source: S3 User Guide, bucket naming rules; ELB User Guide, enable access logs (the prefix).
 */
export function checkLogPlace({ bucket, prefix }: LogPlace): void {
  if (bucket !== '' && !isBucketName(bucket)) throw refused(`The S3 bucket name '${bucket}' is not valid`);
  if (prefix === '') return;
  const parts = prefix.split('/');
  const isPath = parts.every((part) => /^[A-Za-z0-9!_.*'()=+@,:-]+$/.test(part) && part !== '.' && part !== '..');
  if (!isPath) throw refused(`The S3 prefix '${prefix}' is not valid`);
  if (prefix.includes('AWSLogs')) throw refused(`The S3 prefix '${prefix}' cannot contain 'AWSLogs'`);
}

/** @throws {InvalidConfigurationRequestException} for logs without a bucket */
export function requireBucket({ bucket }: LogPlace): void {
  if (bucket === '') throw refused('You must specify an S3 bucket name to enable access logs');
}

/**
 * The folder that stands for the bucket.
 *
 * @param root - the folder in which every bucket has one, absolute
 */
export function accessLog(root: string, { arn }: LoadBalancerRecord, { bucket, prefix }: LogPlace): AccessLogConfig {
  const [, , , region = '', account = ''] = arn.split(':');
  return {
    folder: join(root, bucket, ...prefix.split('/'), 'AWSLogs', account, 'elasticloadbalancing', region),
    account,
    region,
  };
}

const isBucketName = (bucket: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes('..') && !/^(\d+\.){3}\d+$/.test(bucket);

const refused = (message: string) => fault(InvalidConfigurationRequestException, message);
