import { loggedUrl, type AccessLogEntry } from '../../access-log/line.ts';
import type { ExchangeReport, Peer, RequestHead } from './messages.ts';

/** What an access log says of a request. @param loadBalancer - `app/NAME/ID` */
export function accessLogEntry(loadBalancer: string, report: ExchangeReport): AccessLogEntry {
  const { client, redirectUrl, targetGroupArn, targetStatus } = report;
  const { head, peer } = client;
  const { version } = head;
  // What could not be read has dashes in the place of its method and target.
  const isRead = head.method !== '-';
  const userAgent = headerOf(head, 'user-agent');
  const target = report.targets.at(-1);
  return {
    type: typeOf(head, peer, report.status),
    loadBalancer,
    endedAt: report.endedAt,
    createdAt: client.receivedAt,
    clientAddress: peer.address,
    clientPort: peer.port,
    ...spans(report),
    status: report.status,
    receivedBytes: client.receivedBytes,
    sentBytes: client.sentBytes,
    method: isRead ? head.method : '',
    version,
    url: urlOf(head, peer, isRead),
    traceId: report.traceId,
    rulePriority: report.rulePriority,
    action: report.action,
    connectionId: peer.connectionId,
    ...(target !== undefined && { target }),
    ...(targetStatus !== undefined && { targetStatus }),
    ...(targetGroupArn !== undefined && { targetGroupArn }),
    ...(redirectUrl !== undefined && { redirectUrl }),
    ...(userAgent !== undefined && { userAgent }),
    ...(peer.tls && { tls: peer.tls }),
  };
}

function urlOf({ authority, target }: RequestHead, { tls, localAddress, localPort }: Peer, isRead: boolean): string {
  return loggedUrl(tls ? 'https' : 'http', authority || localAddress, localPort, isRead ? target : '');
}

function spans({ client, sentAt, answeredAt, targetTime, endedAt }: ExchangeReport) {
  if (sentAt === undefined) return {};
  const requestTime = (sentAt - client.receivedAt) / 1000;
  if (answeredAt === undefined) return { requestTime };
  return {
    requestTime,
    targetTime: (targetTime ?? answeredAt - sentAt) / 1000,
    responseTime: (endedAt - answeredAt) / 1000,
  };
}

function typeOf(head: RequestHead, { tls }: Peer, status: number): AccessLogEntry['type'] {
  if (head.wantsWebSocket && status === 101) return tls ? 'wss' : 'ws';
  if (head.version !== '2.0') return tls ? 'https' : 'http';
  return headerOf(head, 'content-type')?.startsWith('application/grpc') ? 'grpcs' : 'h2';
}

function headerOf({ headers }: RequestHead, name: string): string | undefined {
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (headers[index]?.toLowerCase() === name) return headers[index + 1];
  return undefined;
}
