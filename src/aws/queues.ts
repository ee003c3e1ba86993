import type { MessageAttributeValue, SQSClient } from '@aws-sdk/client-sqs';
import { parseArn } from '../kernel/arn.ts';
import { QUEUES_MISSING, type QueueMessage, type Queues } from '../kernel/queues.ts';
import type { Scope } from '../kernel/scope.ts';

export interface QueuesOptions {
  /** The URL of a service that speaks SQS; without it nothing can be sent. */
  readonly endpoint: string | undefined;
  /** Where AWS credentials stand. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Real time; behind a call stands a delivery that is tried again. */
const LIMIT_MS = 15_000;
/** Any of these says that the SDK's own chain finds credentials, without asking the network first. */
const OWN_CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
];

/** Sends to queues as any SQS client does: signed with the environment's credentials, or those that Teal's clients have. */
export function createQueues({ endpoint, environment }: QueuesOptions): Queues & { close(): void } {
  const clients = new Map<string, SQSClient>();
  const clientFor = async ({ account, region }: Scope, address: string): Promise<SQSClient> => {
    const { SQSClient } = await import('@aws-sdk/client-sqs');
    const key = `${account}/${region}`;
    const known = clients.get(key);
    if (known) return known;
    const hasOwn = OWN_CREDENTIALS.some((name) => environment[name]);
    const made = new SQSClient({
      endpoint: address,
      region,
      maxAttempts: 1,
      // The address may be another than the service itself would give, as inside a container.
      useQueueUrlAsEndpoint: false,
      requestHandler: { requestTimeout: LIMIT_MS, connectionTimeout: LIMIT_MS, throwOnRequestTimeout: true },
      ...(!hasOwn && { credentials: { accessKeyId: account, secretAccessKey: 'teal' } }),
    });
    clients.set(key, made);
    return made;
  };
  return {
    areReachable: endpoint !== undefined,
    async send(queueArn, message, abortSignal) {
      if (endpoint === undefined) throw new Error(QUEUES_MISSING);
      const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
      const { account = '', region = '', resource: name = '' } = parseArn(queueArn) ?? {};
      const QueueUrl = `${endpoint.replace(/\/+$/, '')}/${account}/${name}`;
      const client = await clientFor({ account, region }, endpoint);
      await client.send(new SendMessageCommand({ QueueUrl, ...inputOf(message) }), { abortSignal });
    },
    close() {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    },
  };
}

const inputOf = ({ body, attributes = {}, fifo }: QueueMessage) => ({
  MessageBody: body,
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, { type, value }]) => [name, attributeOf(type, value)]),
  ),
  ...(fifo && { MessageGroupId: fifo.groupId, MessageDeduplicationId: fifo.deduplicationId }),
});

const attributeOf = (DataType: string, value: string): MessageAttributeValue =>
  DataType.startsWith('Binary')
    ? { DataType, BinaryValue: Buffer.from(value, 'base64') }
    : { DataType, StringValue: value };
