const TITLES: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  405: 'Not Allowed',
  408: 'Request Time-out',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
};

const SERVER = 'awselb/2.0';

const html = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;

const titleOf = (status: number): string => `${status} ${TITLES[status] ?? 'Error'}`;

/** Statuses that HAProxy answers with by itself, each with a whole answer in a file. */
const OWN = [400, 408, 500, 501, 502, 503, 504];
const BODIES = [301, 302, 405, 503, 505];

export const pageFile = (status: number): string => `page-${status}.html`;
const answerFile = (status: number): string => `page-${status}.http`;

/** That a target refused, or took no connection for ten seconds: HAProxy says 503 to both. */
const UNREACHED = 'page-unreached.html';
/** Whether ten seconds have passed since the request came, as an expression of one word. */
const LATE = 'date(0,us),sub(txn.t0),div(10000000)';

/** The files that errors are answered from. */
export function pageFiles(): Record<string, string> {
  const files: Record<string, string> = {
    [UNREACHED]: html(`%[${LATE},bool,iif('504 Gateway Time-out','502 Bad Gateway')]`),
  };
  for (const status of BODIES) files[pageFile(status)] = html(titleOf(status));
  for (const status of OWN) {
    const body = html(titleOf(status));
    files[answerFile(status)] =
      `HTTP/1.1 ${titleOf(status)}\r\nServer: ${SERVER}\r\nContent-Type: text/html\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`;
  }
  return files;
}

export const errorFileLines = (): string[] => OWN.map((status) => `errorfile ${status} ${answerFile(status)}`);

/** Where a target could not be reached: 502, and 504 when it did not even refuse. */
export function unreachedLines(): string[] {
  const own = '{ status 503 } !{ var(txn.answered) -m found } !{ var(txn.none) -m found }';
  return [
    `http-error status 503 content-type text/html lf-file ${UNREACHED} hdr Server ${SERVER}`,
    `http-after-response set-status 504 reason "Gateway Time-out" if ${own} { ${LATE} ge 1 }`,
    `http-after-response set-status 502 reason "Bad Gateway" if ${own} { ${LATE} lt 1 }`,
  ];
}

/** An `http-request return` with the load balancer's page; 463 and 464 have no body. */
export function returnPage(status: number, headers = ''): string {
  const body = TITLES[status] === undefined ? '' : ` content-type text/html file ${pageFile(status)}`;
  return `http-request return status ${status}${body} hdr Server ${SERVER}${headers}`;
}
