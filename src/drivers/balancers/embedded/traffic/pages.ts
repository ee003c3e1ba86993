import type { ServerResponse } from 'node:http';

const TITLES: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  405: 'Not Allowed',
  408: 'Request Time-out',
  414: 'Request-URI Too Large',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
};

/** The `Server` header of every answer that the load balancer makes itself. */
export const SERVER = 'awselb/2.0';

const titleOf = (status: number): string => TITLES[status] ?? 'Error';

/** The HTML that an Application Load Balancer sends with a status of its own. */
export function pageBody(status: number): string {
  const title = `${status} ${titleOf(status)}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** Answers with the load balancer's own page. 463 has no body; a `location` makes it a redirect. */
export function answerPage(response: ServerResponse, status: number, location?: string): void {
  const body = status === 463 ? '' : pageBody(status);
  const headers = ['Server', SERVER, 'Content-Type', 'text/html', 'Content-Length', String(Buffer.byteLength(body))];
  headers.push('Connection', response.shouldKeepAlive ? 'keep-alive' : 'close');
  if (location !== undefined) headers.push('Location', location);
  response.writeHead(status, titleOf(status), headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** A whole answer as bytes on the wire, for a request that could not be parsed; the connection ends with it. */
export function rawPage(status: number): string {
  const body = pageBody(status);
  return (
    `HTTP/1.1 ${status} ${titleOf(status)}\r\nServer: ${SERVER}\r\nDate: ${new Date().toUTCString()}\r\n` +
    `Content-Type: text/html\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  );
}
