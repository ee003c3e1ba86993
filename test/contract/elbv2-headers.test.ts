import { once } from 'node:events';
import { Agent } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { TLSSocket, type SecureVersion } from 'node:tls';
import { ImportCertificateCommand } from '@aws-sdk/client-acm';
import {
  CreateListenerCommand,
  DescribeListenersCommand,
  ModifyListenerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, askRaw } from '../../src/drivers/balancers/testing/client.ts';
import { findHaproxy } from '../../src/drivers/balancers/haproxy/find-haproxy.ts';
import { CERTIFICATES } from '../support/certificates.ts';
import { elbStack, forwardTo, type ElbStack } from '../support/elb-stack.ts';
import { elbTargets, type ElbTargets } from '../support/elb-targets.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const noHaproxy = await findHaproxy().then(
  () => undefined,
  (cause: Error) => cause.message,
);
const skipped = (driver: string) => driver === 'haproxy' && noHaproxy !== undefined && !process.env['CI'];

describe.each(['embedded', 'haproxy'] as const)('headers through the balancer %s', (driver) => {
  describe.skipIf(skipped(driver))(skipped(driver) ? `skipped: ${noHaproxy}` : 'as attributes say', () => {
    let teal: TestTeal;
    let stack: ElbStack;
    let targets: ElbTargets;
    /** Its target answers the headers that it got, in the order and by the names that it got them. */
    let group: string;
    let balancer: string;
    let listener: string;
    let port: number;

    beforeAll(async () => {
      teal = await startTestTeal({ balancer: driver });
      stack = await elbStack(teal, 18_750);
      targets = elbTargets(teal, stack);
      group = await targets.group();
      await targets.add(group, 'mirror', (got, response) => {
        response.setHeader('x-frame-options', 'SAMEORIGIN');
        response.end(JSON.stringify(got.rawHeaders));
      });
      // A target group serves one load balancer, so all tests share this one and each sets what it is about.
      balancer = await stack.balancer();
      listener = await stack.listener(balancer, forwardTo(group));
      port = await stack.boundPort(listener);
      await targets.healthy(group, 1);
    });

    afterAll(async () => {
      await teal?.close();
      await targets?.close();
    });

    const set = (key: string, value: string | boolean) => targets.setBalancer(balancer, { [key]: String(value) });

    /** The values of a header as the target got it; of `_` and `-` apart. */
    function valuesOf(body: string | Buffer, name: string): string[] {
      const raw = JSON.parse(body.toString()) as string[];
      return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name.toLowerCase());
    }

    describe('routing.http.desync_mitigation_mode', () => {
      const KEY = 'routing.http.desync_mitigation_mode';
      const ODD: readonly (readonly [what: string, head: string])[] = [
        ['a byte beyond ASCII in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX-Latin: \xe9\r\n'],
        ['a GET with a length of 0', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n'],
      ];
      const SMUGGLED =
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n';
      const statusOf = async (bytes: string) => (await askRaw(port, bytes)).slice(9, 12);

      it.each(ODD)('strictest refuses %s, which defensive and monitor pass', async (_what, head) => {
        const statuses: Record<string, string> = {};
        for (const mode of ['defensive', 'monitor', 'strictest']) {
          await set(KEY, mode);
          statuses[mode] = await statusOf(`${head}Connection: close\r\n\r\n`);
        }

        expect(statuses).toEqual({ defensive: '200', monitor: '200', strictest: '400' });
      });

      it('no mode passes what two readers end in two places, and each serves what has nothing odd', async () => {
        for (const mode of ['defensive', 'monitor', 'strictest']) {
          await set(KEY, mode);
          // HAProxy drops the length, as it says among what it lacks.
          expect(await statusOf(SMUGGLED)).toBe(driver === 'haproxy' ? '200' : '400');
          expect(await statusOf('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toBe('200');
        }
      });
    });

    describe('routing.http.preserve_host_header.enabled', () => {
      const hosts = async (host: string) => valuesOf((await ask({ port, headers: { host } })).body, 'host');

      it('leaves Host as it came, where otherwise the port of the listener is appended', async () => {
        const { Listeners } = await teal.elbv2.send(new DescribeListenersCommand({ ListenerArns: [listener] }));
        await set('routing.http.preserve_host_header.enabled', false);
        expect(await hosts('shop.example.test')).toEqual([`shop.example.test:${Listeners?.[0]?.Port}`]);
        expect(await hosts('shop.example.test:81')).toEqual(['shop.example.test:81']);

        await set('routing.http.preserve_host_header.enabled', true);

        expect(await hosts('shop.example.test')).toEqual(['shop.example.test']);
        expect(await hosts('Shop.example.test:81')).toEqual(['Shop.example.test:81']);
      });
    });

    describe('routing.http.xff_client_port.enabled', () => {
      it("adds the client's own port behind its address", async () => {
        const forwarded = async (headers: Record<string, string> = {}) => {
          const socket = connect({ host: '127.0.0.1', port });
          await once(socket, 'connect');
          const own = socket.localPort;
          const agent = Object.assign(new Agent(), { createConnection: () => socket });
          const { body } = await ask({ port, agent, headers });
          return { own, values: valuesOf(body, 'x-forwarded-for') };
        };
        await set('routing.http.xff_client_port.enabled', false);
        const without = await forwarded();
        await set('routing.http.xff_client_port.enabled', true);
        const alone = await forwarded();
        const behind = await forwarded({ 'x-forwarded-for': '192.0.2.1' });

        expect(without.values).toEqual(['127.0.0.1']);
        expect(alone.values).toEqual([`127.0.0.1:${alone.own}`]);
        expect(behind.values).toEqual([`192.0.2.1, 127.0.0.1:${behind.own}`]);
      });
    });

    describe('routing.http.drop_invalid_header_fields.enabled', () => {
      it('keeps headers from the target whose names have other characters than letters, digits and dashes', async () => {
        const names = ['x_under', 'x.dot', 'x!mark', 'X-Valid-1'];
        const headers = Object.fromEntries(names.map((name) => [name, 'given']));
        const passed = async () => {
          const { body } = await ask({ port, headers });
          return names.filter((name) => valuesOf(body, name).includes('given'));
        };
        await set('routing.http.drop_invalid_header_fields.enabled', false);
        const all = await passed();
        await set('routing.http.drop_invalid_header_fields.enabled', true);

        expect(all).toEqual(names);
        expect(await passed()).toEqual(['X-Valid-1']);
      });
    });

    describe('routing.http.response.x_frame_options.header_value', () => {
      it("stands in place of the target's own as soon as the call has answered, and no longer than it is set", async () => {
        const framing = async (Value: string) => {
          const Attributes = [{ Key: 'routing.http.response.x_frame_options.header_value', Value }];
          await teal.elbv2.send(new ModifyListenerAttributesCommand({ ListenerArn: listener, Attributes }));
          return (await ask({ port })).headers['x-frame-options'];
        };

        expect(await framing('DENY')).toBe('DENY');
        expect(await framing('')).toBe('SAMEORIGIN');
      });
    });

    describe('routing.http.x_amzn_tls_version_and_cipher_suite.enabled', () => {
      const KEY = 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled';
      const FORGED = { 'X-Amzn-Tls-Version': 'forged', 'X-Amzn-Tls-Cipher-Suite': 'forged' };
      let securePort: number;
      beforeAll(async () => {
        const { CertificateArn } = await teal.acm.send(new ImportCertificateCommand(CERTIFICATES.web));
        const { Listeners } = await teal.elbv2.send(
          new CreateListenerCommand({
            LoadBalancerArn: balancer,
            Protocol: 'HTTPS',
            Port: 18_799,
            SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
            Certificates: [{ CertificateArn }],
            DefaultActions: [forwardTo(group)],
          }),
        );
        securePort = await stack.boundPort(Listeners?.[0]?.ListenerArn ?? '');
      });

      interface Told {
        readonly told: readonly string[];
        /** What the client itself knows of its connection. */
        readonly known: readonly unknown[];
      }

      /** Over a connection of one TLS version. */
      const askSecurely = (version: SecureVersion, headers: Record<string, string>): Promise<Told> =>
        new Promise((resolve, reject) => {
          const tls = { servername: 'web.example.test', ca: CERTIFICATES.web.Certificate };
          const versions = { minVersion: version, maxVersion: version };
          const asking = request({ host: '127.0.0.1', port: securePort, headers, agent: false, ...tls, ...versions });
          asking.on('error', reject);
          asking.on('response', (response) => {
            const { socket } = response;
            const known = socket instanceof TLSSocket ? [socket.getProtocol(), socket.getCipher().name] : [];
            let body = '';
            response.setEncoding('utf8').on('data', (part: string) => (body += part));
            response.on('end', () => resolve({ told: toldIn(body), known }));
          });
          asking.end();
        });
      const toldIn = (body: string | Buffer) => Object.keys(FORGED).flatMap((name) => valuesOf(body, name));

      it.each(['TLSv1.2', 'TLSv1.3'] as const)('tells the target of %s what the client knows', async (version) => {
        await set(KEY, true);
        const { told, known } = await askSecurely(version, FORGED);

        expect(told).toEqual(known);
        expect(told[0]).toBe(version);
      });

      it('tells nothing where it is off or the connection is plain, and lets a client forge nothing where it is on', async () => {
        await set(KEY, false);
        const off = await askSecurely('TLSv1.3', {});
        await set(KEY, true);
        const plain = await ask({ port, headers: FORGED });

        expect(off.told).toEqual([]);
        expect(toldIn(plain.body)).toEqual([]);
      });
    });
  });
});
