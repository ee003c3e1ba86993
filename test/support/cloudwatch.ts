import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import type { TestTeal } from './teal.ts';

const PROTOCOLS = { query: AwsQueryProtocol, CBOR: SmithyRpcV2CborProtocol } as const;

export type CloudWatchProtocol = 'JSON' | keyof typeof PROTOCOLS;

/** CloudWatch's client in one of the three protocols that it is spoken in; JSON is what the SDK itself takes. */
export function cloudWatchClient(
  { url, account }: Pick<TestTeal, 'url' | 'account'>,
  protocol: CloudWatchProtocol = 'JSON',
): CloudWatchClient {
  const config = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  return new CloudWatchClient(protocol === 'JSON' ? config : { ...config, protocol: PROTOCOLS[protocol] });
}
