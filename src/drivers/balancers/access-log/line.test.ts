import { expect, it } from 'vitest';
import { accessLogLine, loggedUrl, type AccessLogEntry } from './line.ts';

const HTTP: AccessLogEntry = {
  type: 'http',
  endedAt: Date.UTC(2018, 6, 2, 22, 23, 0, 186) + 0.641,
  loadBalancer: 'app/my-loadbalancer/50dc6c495c0c9188',
  clientAddress: '192.168.131.39',
  clientPort: 2817,
  target: '10.0.0.1:80',
  requestTime: 0,
  targetTime: 0.0014,
  responseTime: 0,
  status: 200,
  targetStatus: 200,
  receivedBytes: 34,
  sentBytes: 366,
  method: 'GET',
  url: 'http://www.example.com:80/',
  version: '1.1',
  userAgent: 'curl/7.46.0',
  targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067',
  traceId: 'Root=1-58337262-36d228ad5d99923122bbe354',
  rulePriority: 0,
  createdAt: Date.UTC(2018, 6, 2, 22, 22, 48, 364),
  action: 'forward',
  connectionId: 'TID_1234abcd5678ef90',
};
const UNREAD: AccessLogEntry = {
  type: 'https',
  endedAt: HTTP.endedAt,
  loadBalancer: HTTP.loadBalancer,
  clientAddress: '2001:db8::7',
  clientPort: 2817,
  status: 400,
  receivedBytes: 12,
  sentBytes: 0,
  method: '',
  url: 'https://127.0.0.1:443',
  version: '1.1',
  rulePriority: -1,
  createdAt: HTTP.createdAt,
  action: 'none',
  tls: { cipher: 'ECDHE-RSA-AES128-GCM-SHA256', protocol: 'TLSv1.2', serverName: '', certificateArn: 'arn:cert/1' },
  connectionId: 'TID_1234abcd5678ef90',
};

it('writes the line of the ELB User Guide for its example', () => {
  expect(accessLogLine(HTTP)).toBe(
    'http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 ' +
      '0.000 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - ' +
      'arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 ' +
      '"Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" ' +
      '"10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90',
  );
});

it('writes dashes and -1 for what there was not', () => {
  expect(accessLogLine(UNREAD)).toBe(
    'https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 [2001:db8::7]:2817 - -1 -1 -1 400 - 12 0 ' +
      '"- https://127.0.0.1:443- -" "-" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 - "-" "-" "arn:cert/1" -1 ' +
      '2018-07-02T22:22:48.364000Z "-" "-" "-" "-" "-" "-" "-" TID_1234abcd5678ef90',
  );
});

it.each([
  ['a "quoted" one', 'a \\x22quoted\\x22 one'],
  ['back\\slash', 'back\\x5Cslash'],
  ['two\r\nlines\tand \x00', 'two\\x0D\\x0Alines\\x09and \\x00'],
  ['\x7f\xe9', '\\x7F\\xE9'],
  ['plain ~ text', 'plain ~ text'],
])('keeps %j within its field and line', (userAgent, written) => {
  expect(accessLogLine({ ...HTTP, userAgent })).toContain(` "${written}" - - arn:`);
});

it('always says the port of a URL', () => {
  expect(loggedUrl('http', 'web.test', 8080, '/a?b=c')).toBe('http://web.test:8080/a?b=c');
  expect(loggedUrl('https', 'web.test:8443', 443, '/')).toBe('https://web.test:8443/');
  expect(loggedUrl('https', '[::1]', 443, '/')).toBe('https://[::1]:443/');
});
