import type { RequestHead } from '../messages.ts';

/** Whether a request is gRPC's: POST by HTTP/2 with its content type. GRPC groups take no other (464). */
export function isGrpc({ version, method, headers }: RequestHead): boolean {
  if (version !== '2.0' || method !== 'POST') return false;
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index]?.toLowerCase() === 'content-type')
      return /^application\/grpc(?:$|[+;])/i.test(headers[index + 1] ?? '');
  return false;
}
