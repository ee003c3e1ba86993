import type { HttpSettings } from '../../balancer.ts';
import { answerHeaders } from './answer-headers.ts';
import type { HttpDate } from './http-date.ts';
import type { ClientStream } from './messages.ts';

const TITLES: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  408: 'Request Time-out',
  410: 'Gone',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
};
/** Answered without a body. */
const BLANK: ReadonlySet<number> = new Set([463, 464]);

/** The `Server` header of every answer that the load balancer makes itself. */
export const SERVER = 'awselb/2.0';

const titleOf = (status: number): string => TITLES[status] ?? 'Error';

/** The HTML that an Application Load Balancer sends with a status of its own. */
export function pageBody(status: number): string {
  const title = `${status} ${titleOf(status)}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** An answer that no target gave. */
export interface OwnAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string;
  /** Of a redirect. */
  readonly location?: string;
}

/** Answers in the load balancer's own name; without a body of the answer's own, with the page of its status. */
export function answerOwn(client: ClientStream, own: OwnAnswer, http: HttpSettings | undefined, date: HttpDate): void {
  const { status, contentType = 'text/html', location } = own;
  const body = Buffer.from(own.body ?? (BLANK.has(status) ? '' : pageBody(status)));
  const headers = http?.serverHeader === false ? [] : ['Server', SERVER];
  if (body.length > 0) headers.push('Content-Type', contentType);
  if (location !== undefined) headers.push('Location', location);
  client.answer(status, titleOf(status), answerHeaders(headers, http, date.text(Date.now())), body.length);
  client.end(body);
}
