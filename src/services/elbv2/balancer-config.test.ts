import { expect, it } from 'vitest';
import { millis } from '../../kernel/span.ts';
import { balancerConfig, type BalancerWish } from './balancer-config.ts';
import type { ListenerRecord, LoadBalancerRecord, RuleRecord, TargetGroupRecord } from './records.ts';
import { DEFAULT_HEALTH_CHECK } from './settings/health-check.ts';

const loadBalancer: LoadBalancerRecord = {
  arn: 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/0a',
  name: 'web',
  dnsName: 'Web-12.eu-west-1.elb.localhost',
  scheme: 'internet-facing',
  zones: [],
  securityGroups: [],
  createdAt: 0,
  attributes: { 'idle_timeout.timeout_seconds': '90' },
  tags: {},
};
const listener: ListenerRecord = {
  arn: 'listener',
  loadBalancerArn: loadBalancer.arn,
  port: 80,
  protocol: 'HTTP',
  certificateArns: [],
  attributes: {},
  defaultRuleArn: 'default',
  action: {
    type: 'forward',
    groups: [
      { targetGroupArn: 'blue', weight: 100 },
      { targetGroupArn: 'green', weight: 0 },
    ],
  },
  tags: {},
};
const rule = (arn: string, priority: number): RuleRecord => ({
  arn,
  listenerArn: 'listener',
  priority,
  conditions: [{ field: 'path-pattern', values: ['/x/*'] }],
  action: { type: 'fixed-response', statusCode: '404' },
  tags: {},
});
const group = (arn: string, targetType: 'ip' | 'instance' = 'ip'): TargetGroupRecord => ({
  arn,
  name: arn,
  protocol: 'HTTP',
  protocolVersion: 'HTTP1',
  port: 80,
  vpcId: 'vpc',
  targetType,
  healthCheck: DEFAULT_HEALTH_CHECK,
  attributes: {},
  tags: {},
});
const wish: BalancerWish = {
  epoch: 7,
  loadBalancers: [loadBalancer],
  listeners: [listener],
  rules: [rule('second', 20), rule('first', 3)],
  targetGroups: [group('blue'), group('green'), group('idle')],
  targets: [],
  certificates: new Map(),
};
const config = (change: Partial<BalancerWish> = {}) =>
  balancerConfig({ ...wish, ...change }, { scaled: (span) => millis(span / 60), accessLogFolder: '/logs' });

it('puts rules in order of priority and the default rule last', () => {
  expect(config().listeners[0]?.rules.map(({ arn }) => arn)).toEqual(['first', 'second', 'default']);
});

it('takes a group of weight 0 for used, and one that nothing names for unused', () => {
  expect(config().targetGroups.map(({ arn, inUse }) => [arn, inUse])).toEqual([
    ['blue', true],
    ['green', true],
    ['idle', false],
  ]);
});

it('scales the interval of health checks and leaves real limits as they are', () => {
  expect(config().targetGroups[0]?.healthCheck).toMatchObject({ interval: 500, timeout: 5000 });
  expect(config().listeners[0]?.http.idleTimeout).toBe(90_000);
});

it('tells load balancers apart by their DNS name in lower case', () => {
  expect(config().listeners[0]).toMatchObject({
    hosts: ['web-12.eu-west-1.elb.localhost'],
    loadBalancer: 'app/web/0a',
  });
});

it('reaches an ip target at its address and an instance on this machine', () => {
  const { targetGroups } = config({
    targetGroups: [group('blue'), group('vms', 'instance')],
    targets: [
      { targetGroupArn: 'blue', id: '10.0.0.7', port: 8080, registeredEpoch: 1 },
      { targetGroupArn: 'vms', id: 'i-0123456789abcdef0', port: 31000, registeredEpoch: 1 },
    ],
  });

  expect(targetGroups.flatMap(({ targets }) => targets)).toEqual([
    { key: '10.0.0.7:8080', host: '10.0.0.7', port: 8080, draining: false },
    { key: 'i-0123456789abcdef0:31000', host: '127.0.0.1', port: 31000, draining: false },
  ]);
});

it('keeps a draining target, with the moment at which it is cut', () => {
  const { targetGroups } = config({
    targets: [{ targetGroupArn: 'blue', id: '10.0.0.7', port: 80, registeredEpoch: 1, draining: { epoch: 6, by: 99 } }],
  });

  expect(targetGroups[0]?.targets).toMatchObject([{ draining: true, drainBy: 99 }]);
});

it('leaves out a listener whose load balancer is gone', () => {
  expect(config({ loadBalancers: [] }).listeners).toEqual([]);
});

it('sends access logs to a folder per bucket, account and region', () => {
  const logging = {
    ...loadBalancer,
    attributes: {
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': 'my-logs',
      'access_logs.s3.prefix': 'web/prod',
    },
  };

  expect(config({ loadBalancers: [logging] }).listeners[0]?.accessLog).toEqual({
    folder: '/logs/my-logs/web/prod/AWSLogs/1/elasticloadbalancing/eu-west-1',
    account: '1',
    region: 'eu-west-1',
  });
  expect(config().listeners[0]).not.toHaveProperty('accessLog');
});

const secure = (certificateArns: string[], sslPolicy?: string): ListenerRecord => ({
  ...listener,
  protocol: 'HTTPS',
  certificateArns,
  ...(sslPolicy !== undefined && { sslPolicy }),
});
const certificate = (arn: string) => ({ arn, certificate: `certificate ${arn}`, privateKey: `key ${arn}` });
const certificates = new Map([
  ['web', certificate('web')],
  ['shop', certificate('shop')],
]);
const tlsOf = (...listeners: ListenerRecord[]) => config({ certificates, listeners }).listeners.map(({ tls }) => tls);

it('gives TLS listeners their certificates, the default one first and each once', () => {
  const [tls] = tlsOf(secure(['web', 'shop', 'web'], 'ELBSecurityPolicy-TLS13-1-3-2021-06'));

  expect(tls).toEqual({
    certificates: [certificate('web'), certificate('shop')],
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
  });
});

it('leaves out a TLS listener whose default certificate is gone, and only that one', () => {
  expect(tlsOf(secure(['gone', 'shop']), listener)).toEqual([undefined]);
});

it('goes on without another certificate that is gone', () => {
  expect(tlsOf(secure(['web', 'gone']))[0]?.certificates).toEqual([certificate('web')]);
});

it('asks for the lowest security level where a policy allows what OpenSSL would refuse', () => {
  expect(tlsOf(secure(['web'], 'ELBSecurityPolicy-2016-08'))[0]).toMatchObject({
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.2',
    ciphers: expect.stringMatching(/:AES256-SHA:@SECLEVEL=0$/) as string,
  });
});
