import { expect, it } from 'vitest';
import { compilePattern } from './pattern.ts';

const login = JSON.stringify({
  eventType: 'UpdateTrail',
  sourceIPAddress: '10.0.0.7',
  level: 'ERROR',
  code: 503,
  latency: 1.5,
  user: { id: 1, email: 'a@example.test', 'a.b': 'dotted' },
  actions: ['GET', 'PUT'],
  items: [{ id: 'x' }, { id: 'y' }],
  nothing: null,
  isOn: true,
});
const access = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

it.each([
  ['', 'anything', true],
  ['ERROR', '[ERROR 400] BAD REQUEST', true],
  ['ERROR', 'error', false],
  ['ERROR REQUEST', '[ERROR 400] BAD REQUEST', true],
  ['ERROR REQUEST', '[ERROR 401] UNAUTHORIZED', false],
  ['"INTERNAL SERVER"', '500 INTERNAL SERVER ERROR', true],
  ['"INTERNAL SERVER"', '500 INTERNAL  SERVER', false],
  ['ERROR -Exiting', 'ERROR Exiting', false],
  ['ERROR -Exiting', 'ERROR stays', true],
  ['-"GET /health"', 'GET /health 200', false],
  ['-"GET /health"', 'GET /', true],
  ['?ERROR ?WARN', 'a WARN', true],
  ['?ERROR ?WARN', 'an INFO', false],
  ['?ERROR START', 'START', true],
  ['%4[0-9]{2}%', 'status 404', true],
  ['%4[0-9]{2}%', 'status 204', false],
  ['"say \\"hi\\""', 'I say "hi"', true],
])('reads %s of "%s" as %s', (pattern, message, expected) => {
  expect(compilePattern(pattern).match(message) !== undefined).toBe(expected);
});

it.each([
  ['{ $.eventType = "UpdateTrail" }', true],
  ['{ $.eventType = UpdateTrail }', true],
  ['{$.eventType="Update*"}', true],
  ['{ $.eventType != "UpdateTrail" }', false],
  ['{ $.absent != "x" }', false],
  ['{ $.sourceIPAddress = 10.0.* }', true],
  ['{ $.sourceIPAddress != 123.* }', true],
  ['{ $.level = "ERROR" && $.code >= 500 }', true],
  ['{ $.level = "INFO" && $.code >= 500 }', false],
  ['{ $.level = "INFO" || $.code > 502 && $.latency < 2 }', true],
  ['{ ($.level = "INFO" || $.code > 502) && $.latency < 1 }', false],
  ['{ $.code = 503 }', true],
  ['{ $.code = 5.03e2 }', true],
  ['{ $.code <= 502 }', false],
  ['{ $.user.email = %[a-z]@example% }', true],
  ["{ $.user['a.b'] = dotted }", true],
  ['{ $.actions[0] = "GET" }', true],
  ['{ $.actions[1] = "GET" }', false],
  ['{ $.items[*].id = "y" }', true],
  ['{ $.items[*].id = "z" }', false],
  ['{ $.nothing IS NULL }', true],
  ['{ $.code IS NULL }', false],
  ['{ $.isOn IS TRUE }', true],
  ['{ $.isOn IS FALSE }', false],
  ['{ $.absent NOT EXISTS }', true],
  ['{ $.user.id NOT EXISTS }', false],
])('reads %s of JSON as %s', (pattern, expected) => {
  expect(compilePattern(pattern).match(login) !== undefined).toBe(expected);
});

it('finds no JSON in prose', () => {
  expect(compilePattern('{ $.a NOT EXISTS }').match('plain words')).toBeUndefined();
});

it.each([
  ['[ip, user, name, time, request, status_code, bytes]', true],
  ['[ip, user, name, time, request, status_code]', false],
  ['[ip, user, name, time, request, status_code=404, bytes]', true],
  ['[ip, user, name, time, request, status_code=4*, bytes > 1000]', true],
  ['[ip, user, name, time, request, status_code=4*, bytes > 2000]', false],
  ['[ip, user, name, time, request="GET *", status_code != 200, bytes]', true],
  ['[..., status_code=4*, bytes]', true],
  ['[ip, ...]', true],
  ['[ip=10.*, ...]', false],
  ['[ip, ..., status = 200 || status = 404, bytes]', true],
  ['[ip, ..., status = 200 && status = 404, bytes]', false],
  ['[..., status=%4[0-9]{2}%, bytes]', true],
  ['[,,,,,, bytes=1534]', true],
])('reads %s of columns as %s', (pattern, expected) => {
  expect(compilePattern(pattern).match(access) !== undefined).toBe(expected);
});

it('gives the parts that a pattern names, and others when asked', () => {
  const json = compilePattern('{ $.code > 1 }').match(login);
  const columns = compilePattern('[ip, ..., status, bytes]').match(access);

  expect(json?.values).toEqual({ '$.code': '503' });
  expect(json?.find('$.latency')).toBe('1.5');
  expect(columns?.values).toEqual({ $ip: '127.0.0.1', $status: '404', $bytes: '1534' });
});

it.each([
  ['{ $.a = 1', "If a filter pattern starts with '{' it must end with '}'"],
  ['[a, b', "If a filter pattern starts with '[' it must end with ']'"],
  ['{ $.a }', 'Invalid filter pattern'],
  ['{ $.a = }', 'Invalid filter pattern'],
  ['{ $.a > "x" }', 'Invalid filter pattern'],
  ['{ ($.a = 1 }', 'Invalid filter pattern'],
  ['[..., a, ...]', 'Invalid filter pattern'],
  ['[ip, status_code = 4* && bytes > 1000]', 'Invalid filter pattern'],
  ['"open', 'Invalid filter pattern'],
  ['my-id', "Invalid character(s) in term 'my-id'"],
  ['%(a)%', "Invalid character(s) in term '%(a)%'"],
])('refuses %s', (pattern, message) => {
  expect(() => compilePattern(pattern)).toThrow(message);
});
