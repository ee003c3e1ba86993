import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ask, until } from '../testing/client.ts';
import { forwardTo, groupOf, HEALTH_CHECK, listenerOf } from '../testing/configs.ts';
import type { Stage } from '../testing/stage.ts';

export function accessLogSemantics(stage: () => Stage): void {
  describe('access logs', () => {
    it('have a line for each request, with the fields of Application Load Balancers', async () => {
      const web = await stage().backend('web');
      const folder = join(stage().folder, 'logs');
      const at = [{ field: 'path-pattern', values: ['/fixed'] }] as const;
      const fixed = { type: 'fixed-response', statusCode: 404, contentType: 'text/plain', body: 'no' } as const;
      const rules = [{ arn: 'r7', priority: 7, conditions: at, action: fixed }, forwardTo({ 'l-web': 1 })];
      const accessLog = { folder, account: '123456789012', region: 'us-east-1' };
      const unchecked = { healthCheck: { ...HEALTH_CHECK, enabled: false } };
      const port = await stage().apply(
        [listenerOf(rules, { loadBalancer: 'app/logged/50dc6c495c0c9188', accessLog })],
        [groupOf('l-web', [web.port], unchecked)],
      );
      const headers = { host: 'web.test', 'user-agent': 'tester "1"' };

      await ask({ port, path: '/a?b=c', headers });
      await ask({ port, path: '/fixed', headers });

      const lines = await until('two lines are written', async () => {
        const found = await linesUnder(folder);
        return found.length === 2 && found;
      });
      const forwarded = fieldsOf(lines.find((line) => line.includes('/a?b=c')) ?? '');
      const answered = fieldsOf(lines.find((line) => line.includes('/fixed')) ?? '');
      expect(forwarded).toEqual({
        type: 'http',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
        elb: 'app/logged/50dc6c495c0c9188',
        client: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
        target: `127.0.0.1:${web.port}`,
        requestTime: SECONDS,
        targetTime: SECONDS,
        responseTime: SECONDS,
        status: '200',
        targetStatus: '200',
        received: expect.stringMatching(/^[1-9]\d*$/) as string,
        sent: expect.stringMatching(/^[1-9]\d*$/) as string,
        request: expect.stringMatching(/^"GET http:\/\/web\.test:\d+\/a\?b=c HTTP\/1\.1"$/) as string,
        userAgent: '"tester \\x221\\x22"',
        cipher: '-',
        protocol: '-',
        group: 'l-web',
        trace: expect.stringMatching(/^"Root=1-[0-9a-f]{8}-[0-9a-f]{24}"$/) as string,
        domain: '"-"',
        certificate: '"-"',
        priority: '0',
        created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
        actions: '"forward"',
        redirect: '"-"',
        error: '"-"',
        targets: `"127.0.0.1:${web.port}"`,
        targetStatuses: '"200"',
        classification: '"-"',
        classificationReason: '"-"',
        connection: expect.stringMatching(/^TID_[0-9a-f]{32}$/) as string,
      });
      expect(answered).toMatchObject({
        target: '-',
        requestTime: '-1',
        targetTime: '-1',
        responseTime: '-1',
        status: '404',
        targetStatus: '-',
        group: '-',
        priority: '7',
        actions: '"fixed-response"',
        targets: '"-"',
        targetStatuses: '"-"',
      });
    });
  });
}

const SECONDS = expect.stringMatching(/^\d+\.\d{3}$/) as string;
const NAMES =
  'type time elb client target requestTime targetTime responseTime status targetStatus received sent request userAgent ' +
  'cipher protocol group trace domain certificate priority created actions redirect error targets targetStatuses ' +
  'classification classificationReason connection';

const fieldsOf = (line: string): Record<string, string> => {
  const values = line.match(/"[^"]*"|[^ ]+/g) ?? [];
  return Object.fromEntries(NAMES.split(' ').map((name, index) => [name, values[index] ?? '']));
};

/** Every line in a folder's files, those being written too. */
async function linesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const texts = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, path, name }) => {
      const bytes = await readFile(join(parentPath ?? path, name));
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    });
  return (await Promise.all(texts)).flatMap((text) => text.split('\n').filter((line) => line !== ''));
}
