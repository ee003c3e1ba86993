import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One SendMessage as a queue service got it. */
export interface Sent {
  /** Of the signature: key id, date, region, service. */
  readonly credential: string;
  readonly QueueUrl: string;
  readonly MessageBody: string;
  readonly MessageAttributes?: Readonly<
    Record<string, { readonly DataType: string; readonly StringValue?: string; readonly BinaryValue?: string }>
  >;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

export interface SqsSink {
  readonly url: string;
  readonly sent: Sent[];
  close(): Promise<void>;
}

/** Plays a queue service for real SQS clients. @param refuse - gives an error code and status for what it does not take */
export async function openSqsSink(
  refuse: (sent: Sent) => { readonly code: string; readonly status: number } | undefined = () => undefined,
): Promise<SqsSink> {
  const sent: Sent[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status: number, body: object) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
      };
      const target = request.headers['x-amz-target'];
      if (target !== 'AmazonSQS.SendMessage') return answer(400, { __type: 'InvalidAction', message: String(target) });
      const credential = /Credential=([^,]+),/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const one = { ...(JSON.parse(Buffer.concat(chunks).toString()) as Omit<Sent, 'credential'>), credential };
      sent.push(one);
      const refused = refuse(one);
      if (refused) return answer(refused.status, { __type: refused.code, message: 'refused' });
      const MD5OfMessageBody = createHash('md5').update(one.MessageBody).digest('hex');
      answer(200, { MessageId: `${sent.length}`, MD5OfMessageBody });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
