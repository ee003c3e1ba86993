import { describe, expect, it } from 'vitest';
import type { RuleAction, RuleCondition } from '../balancer.ts';
import { ask, type Asking } from '../testing/client.ts';
import { listenerOf } from '../testing/configs.ts';
import type { Stage } from '../testing/stage.ts';

type Request = Omit<Asking, 'port'>;

const fixed = (body: string): RuleAction => ({
  type: 'fixed-response',
  statusCode: 200,
  contentType: 'text/plain',
  body,
});
const rule = (arn: string, priority: number, conditions: readonly RuleCondition[], action: RuleAction) => ({
  arn,
  priority,
  conditions,
  action,
});
const host = (name: string): Request => ({ headers: { host: name } });
const path = (name: string): Request => ({ path: name });

/** What holds, what does not, and the condition between them. */
const CONDITIONS: readonly (readonly [string, RuleCondition, readonly Request[], readonly Request[]])[] = [
  [
    'host names by wildcard, whatever their case and port',
    { field: 'host-header', values: ['*.Shop.test', 'a?.test'] },
    [host('www.SHOP.test'), host('x.y.shop.test:8080'), host('ab.test')],
    [host('shop.test'), host('a.test'), host('www.shop.test.evil')],
  ],
  [
    'host names by regular expression',
    { field: 'host-header', values: [], regex: ['^api-[0-9]+\\.test$'] },
    [host('api-12.test'), host('API-1.test')],
    [host('api-.test'), host('api-1.test.evil')],
  ],
  [
    'paths by wildcard and case, without their query',
    { field: 'path-pattern', values: ['/img/*', '/v?/x'] },
    [path('/img/a/b.png'), path('/img/'), path('/v1/x?y=/z')],
    [path('/IMG/a'), path('/v12/x'), path('/other?/img/a')],
  ],
  [
    'paths by regular expression',
    { field: 'path-pattern', values: [], regex: ['^/users/[0-9]+$'] },
    [path('/users/42'), path('/users/7?x=1')],
    [path('/users/'), path('/users/a')],
  ],
  [
    'any instance of a header, by wildcard and neither case',
    { field: 'http-header', name: 'X-Device', values: ['*mobile*'] },
    [{ headers: { 'x-device': 'a MOBILE b' } }, { headers: { 'X-DEVICE': ['desk', 'mobile'] } }],
    [{}, { headers: { 'x-device': 'desk' } }, { headers: { 'x-other': 'mobile' } }],
  ],
  [
    'methods',
    { field: 'http-request-method', values: ['PUT', 'PATCH'] },
    [{ method: 'PUT' }, { method: 'PATCH' }],
    [{ method: 'GET' }, { method: 'POST' }],
  ],
  [
    'any pair of the query, by key and value or value alone',
    { field: 'query-string', pairs: [{ key: 'version', value: 'v?' }, { value: '*beta*' }] },
    [path('/?version=v1'), path('/?a=b&VERSION=V2'), path('/?x=is-Beta-1')],
    [path('/'), path('/?version=v'), path('/?versions=v1'), path('/?beta=1')],
  ],
  [
    'the address of the client',
    { field: 'source-ip', values: ['10.0.0.0/8', '127.0.0.0/30'] },
    [{}, { headers: { 'x-forwarded-for': '8.8.8.8' } }],
    [],
  ],
  [
    'no address that the client only claims',
    { field: 'source-ip', values: ['10.0.0.0/8', '2001:db8::/32'] },
    [],
    [{}, { headers: { 'x-forwarded-for': '10.0.0.1' } }],
  ],
];

export function ruleSemantics(stage: () => Stage): void {
  describe('rules', () => {
    it.each(CONDITIONS)('match %s', async (_, condition, matching, others) => {
      const port = await stage().apply(
        [listenerOf([rule('r1', 1, [condition], fixed('matched')), rule('default', 0, [], fixed('default'))])],
        [],
      );
      const asked = (request: Request) => ask({ ...request, port }).then(({ body }) => body.toString());

      expect(await Promise.all(matching.map(asked))).toEqual(matching.map(() => 'matched'));
      expect(await Promise.all(others.map(asked))).toEqual(others.map(() => 'default'));
    });

    it('need all of their conditions, and the first that has them wins', async () => {
      const paths: RuleCondition = { field: 'path-pattern', values: ['/a*'] };
      const puts: RuleCondition = { field: 'http-request-method', values: ['PUT'] };
      const port = await stage().apply(
        [
          listenerOf([
            rule('r1', 1, [paths, puts], fixed('both')),
            rule('r2', 2, [paths], fixed('path')),
            rule('default', 0, [], fixed('default')),
          ]),
        ],
        [],
      );
      const asked = async (request: Request) => (await ask({ ...request, port })).body.toString();

      expect(await asked({ path: '/a', method: 'PUT' })).toBe('both');
      expect(await asked({ path: '/a' })).toBe('path');
      expect(await asked({ path: '/b', method: 'PUT' })).toBe('default');
    });

    it('answer fixed responses with their status, type and body, and HEAD without it', async () => {
      const action = { ...fixed('{"down":true}'), statusCode: 503, contentType: 'application/json' } as RuleAction;
      const port = await stage().apply([listenerOf([rule('default', 0, [], action)])], []);

      const answer = await ask({ port });
      const head = await ask({ port, method: 'HEAD' });

      expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([
        503,
        'application/json',
        '{"down":true}',
      ]);
      expect(answer.headers['server']).toBe('awselb/2.0');
      expect([head.status, head.headers['content-length'], head.body.length]).toEqual([503, '13', 0]);
    });

    it('redirect with the parts of the request that the action names', async () => {
      const same = { host: '#{host}', port: '#{port}', path: '/#{path}', query: '#{query}' };
      const redirect = (more: object): RuleAction => ({
        type: 'redirect',
        statusCode: 302,
        protocol: '#{protocol}',
        ...same,
        ...more,
      });
      const at = (pattern: string): RuleCondition => ({ field: 'path-pattern', values: [pattern] });
      const port = await stage().apply(
        [
          listenerOf([
            rule('r1', 1, [at('/secure*')], redirect({ protocol: 'HTTPS', port: '443', statusCode: 301 })),
            rule('r2', 2, [at('/moved/*')], redirect({ host: 'new.test', path: '/to/#{path}', query: 'was=#{query}' })),
            rule('default', 0, [], fixed('default')),
          ]),
        ],
        [],
      );
      const asked = async (request: Request) => {
        const { status, headers } = await ask({ ...request, port });
        return [status, headers.location];
      };

      expect(await asked({ path: '/secure/a?b=c&d', headers: { host: 'Web.test:8080' } })).toEqual([
        301,
        'https://web.test:443/secure/a?b=c&d',
      ]);
      expect(await asked({ path: '/moved/a', headers: { host: 'web.test:81' } })).toEqual([
        302,
        'http://new.test:81/to/moved/a?was=',
      ]);
    });

    it('tell load balancers on one port apart by the name they are called by', async () => {
      const one = listenerOf([rule('a', 0, [], fixed('one'))]);
      const two = { ...listenerOf([rule('b', 0, [], fixed('two'))]), arn: 'l2', loadBalancer: 'app/api/2' };
      const port = await stage().apply([one, { ...two, hosts: ['api-2.us-east-1.elb.localhost'] }], []);
      const asked = async (name: string) => (await ask({ port, headers: { host: name } })).body.toString();

      expect(await asked('web-1.us-east-1.elb.localhost')).toBe('one');
      expect(await asked('API-2.us-east-1.elb.localhost:80')).toBe('two');
      expect(await asked('api-2.anything')).toBe('two');
      expect(await asked('unknown.test')).toBe('one');
    });
  });
}
