import { expect, it } from 'vitest';
import { forwardTo, listenerOf } from '../../testing/configs.ts';
import type { RoutingTable } from './choice.ts';
import { LoadBalancerLedger } from './ledger.ts';
import { compileListener, redirectLocation, tableForHost } from './routing.ts';
import { CookieSeal } from './stickiness/cookie-seal.ts';
import { headOf } from './testing/requests.ts';

const seal = new CookieSeal(Buffer.alloc(32));
const ledger = new LoadBalancerLedger({ loadBalancer: 'app/web/1', address: '127.0.0.1', findCounts: () => undefined });
const compile = (...args: Parameters<typeof listenerOf>): RoutingTable =>
  compileListener(listenerOf(...args), () => undefined, ledger, seal);

it('names the rule that cannot be compiled', () => {
  const conditions = [{ field: 'path-pattern', values: [], regex: ['['] }] as const;

  expect(() => compile([{ ...forwardTo({}), arn: 'rule/7', conditions }, forwardTo({})])).toThrow(
    /^rule rule\/7: the regular expression "\[" of a path-pattern condition is not valid$/,
  );
});

it('sends requests of a group that is gone nowhere', () => {
  const route = compile([forwardTo({ gone: 1 })]).match(headOf(), { address: '127.0.0.1' } as never).route;

  expect(route.type === 'forward' && route.choose(headOf())).toMatchObject({
    targetGroupArn: undefined,
    target: undefined,
  });
});

it('finds the load balancer by its whole name, else by its first label, else takes the oldest', () => {
  const tables = [
    'one-1.us-east-1.elb.localhost',
    'two-2.us-east-1.elb.localhost',
    'two-2.eu-west-1.elb.localhost',
  ].map((name) => compile([forwardTo({})], { arn: name, hosts: [name] }));
  const found = (host: string) => tableForHost(tables, host)?.listener.arn;

  expect(found('two-2.eu-west-1.elb.localhost')).toBe('two-2.eu-west-1.elb.localhost');
  expect(found('two-2.anything')).toBe('two-2.us-east-1.elb.localhost');
  expect(found('shop.test')).toBe('one-1.us-east-1.elb.localhost');
  expect(tableForHost([], 'shop.test')).toBeUndefined();
});

const same = { protocol: '#{protocol}', host: '#{host}', port: '#{port}', path: '/#{path}', query: '#{query}' };
it.each([
  [{ ...same, protocol: 'HTTPS', port: '443' }, 'https://web.test:443/a/b?c=d'],
  [{ ...same, port: '8443' }, 'https://web.test:8443/a/b?c=d'],
  [{ ...same, host: 'new.#{host}', path: '/#{host}/#{path}' }, 'https://new.web.test:444/web.test/a/b?c=d'],
  [{ ...same, query: '' }, 'https://web.test:444/a/b'],
  [{ ...same, path: '/', query: 'from=#{path}&#{query}' }, 'https://web.test:444/?from=a/b&c=d'],
])('redirects by %o', (action, location) => {
  const asked = { protocol: 'https', host: 'web.test', port: '444', path: '/a/b', query: 'c=d' } as const;

  expect(redirectLocation({ type: 'redirect', statusCode: 302, ...action }, asked)).toBe(location);
});
