import { CreateListenerCommand, ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SampleContainer } from '../../src/cli/demo/sample-container.ts';
import { SAMPLE_APP } from '../../src/cli/demo/sample-app.ts';
import { findHaproxy } from '../../src/drivers/balancers/haproxy/find-haproxy.ts';
import { BALANCERS } from '../../src/drivers/balancers/table.ts';
import { copyBuild, type CopiedBuild } from '../support/copied-build.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startMixedLoad, type MixedLoad } from '../support/mixed-load.ts';
import { loadBalancerArn, targetGroupArn } from '../support/load-balancing.ts';
import { buildSample, type Sample } from '../support/sample.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

const haproxyMissing = await findHaproxy().then(
  () => undefined,
  (error: Error) => error.message,
);

/** Every load balancer that Teal drives, and the file in its folder that names its process. */
const MATRIX = {
  embedded: { pidFile: 'balancer.pid', missing: undefined, handsOver: true },
  haproxy: { pidFile: 'haproxy.pid', missing: process.env['CI'] ? undefined : haproxyMissing, handsOver: false },
} satisfies Record<keyof typeof BALANCERS, object>;

/** The sample service, which besides gives back what comes over a WebSocket. */
const ECHO = `
server.on('upgrade', (request, socket) => {
  const { createHash } = require('node:crypto');
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const accept = createHash('sha1').update(key).digest('base64');
  socket.on('error', () => undefined);
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n');
  socket.write('Sec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.pipe(socket);
});
process.on('SIGTERM', () => process.exit(0));
`;
const echoContainer: SampleContainer = (version) => ({
  name: 'web',
  image: `demo/echo:${version}`,
  memory: 128,
  command: [process.execPath, '-e', SAMPLE_APP + ECHO],
  portMappings: [{ containerPort: 8080 }],
  environment: [{ name: 'VERSION', value: version }],
});

let build: CopiedBuild;
let newerBuild: CopiedBuild;

beforeAll(async () => {
  build = await copyBuild('one build');
  newerBuild = await copyBuild('another build');
});
afterAll(async () => {
  await Promise.all([build.remove(), newerBuild.remove()]);
});

describe.each(Object.entries(MATRIX))('%s', (name, { pidFile, missing, handsOver }) => {
  let data = '';
  let args: string[] = [];
  let teal: SpawnedTeal;
  let sample: Sample;
  let load: MixedLoad | undefined;
  /** A listener besides those of the sample, on a port that no other test asks for. */
  let listener = { arn: '', url: '' };

  beforeAll(async () => {
    if (missing !== undefined) return;
    data = await mkdtemp(join(tmpdir(), 'teal-outlive-'));
    args = ['--port', String(await freePort()), '--data', data, '--balancer', name, '--runtime', 'process'];
    args.push('--time-scale', '60', '--log-level', 'warn');
    teal = await spawnTeal(args, build.entry);
    sample = await buildSample(teal.url, echoContainer);
    const port = await freePort();
    const { Listeners } = await sample.clients.elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: await loadBalancerArn(sample.clients, 'demo'),
        Protocol: 'HTTP',
        Port: port,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: await targetGroupArn(sample.clients, 'demo-blue') }],
      }),
    );
    listener = { arn: Listeners?.[0]?.ListenerArn ?? '', url: `http://127.0.0.1:${port}` };
  });
  afterAll(async () => {
    if (missing !== undefined) return;
    await teal.stop();
    await rm(data, { recursive: true, force: true });
  });

  afterEach(() => load?.stop());

  const pidOf = async () =>
    (JSON.parse(await readFile(join(data, 'balancer', pidFile), 'utf8')) as { readonly pid: number }).pid;
  /** Waits until so many more requests have their answer than now. */
  const flows = async (more: number) => {
    const before = load?.answered() ?? 0;
    await eventually(`${more} more answers`, () => ((load?.answered() ?? 0) >= before + more ? true : undefined));
  };
  const put = async (weights: { readonly blue: number; readonly green: number }) => {
    const { clients } = sample;
    const TargetGroups = [
      { TargetGroupArn: await targetGroupArn(clients, 'demo-blue'), Weight: weights.blue },
      { TargetGroupArn: await targetGroupArn(clients, 'demo-green'), Weight: weights.green },
    ];
    const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
    await clients.elbv2.send(new ModifyListenerCommand({ ListenerArn: listener.arn, DefaultActions }));
  };
  const status = async () => (await fetch(listener.url)).status;

  it.skipIf(missing)(`loses nothing when Teal is killed and started again (${missing ?? 'under load'})`, async () => {
    load = await startMixedLoad(sample.stack.productionUrl);
    await flows(200);
    const before = await pidOf();

    teal.child.kill('SIGKILL');
    await teal.ended;
    await flows(200);
    teal = await spawnTeal(args, build.entry);
    await put({ blue: 1, green: 1 });
    await flows(200);
    await load.stop();

    expect(load.failures()).toEqual([]);
    expect(await pidOf()).toBe(before);
  });

  it.skipIf(missing)('loses nothing when Teal is left by SIGUSR2 and another build is started', async () => {
    load = await startMixedLoad(sample.stack.productionUrl);
    await flows(200);
    const before = await pidOf();

    teal.child.kill('SIGUSR2');
    expect(await teal.ended).toEqual({ code: 0, signal: null });
    await flows(200);
    teal = await spawnTeal(args, newerBuild.entry);
    await put({ blue: 0, green: 1 });
    await flows(200);
    await load.stop();

    expect(load.failures()).toEqual([]);
    expect((await pidOf()) !== before).toBe(handsOver);
    expect(teal.log().includes('has handed its sockets to one of this build')).toBe(handsOver);
    expect(await status()).toBe(503);
  });

  it.skipIf(missing)('comes back on its ports with the last weights when the balancer is killed', async () => {
    await put({ blue: 0, green: 1 });
    const before = await pidOf();

    process.kill(before, 'SIGKILL');
    await eventually('another process serves', async () => {
      const now = await pidOf().catch(() => before);
      return now !== before && (await status().catch(() => 0)) !== 0 ? true : undefined;
    });

    expect(await status()).toBe(503);
    await put({ blue: 1, green: 0 });
    expect(await status()).toBe(200);
  });

  it.runIf(handsOver)('is driven by one Teal, the later (a process that can be taken over)', async () => {
    await expect(spawnTeal(args, build.entry)).rejects.toThrow(/another Teal is using/);

    const onChange = () => undefined;
    const other = await BALANCERS.embedded({ folder: join(data, 'balancer'), host: '127.0.0.1', onChange });
    const { epoch } = await other.observe();
    await expect(put({ blue: 0, green: 1 })).rejects.toThrow();

    expect((await other.observe()).epoch).toBe(epoch);
    expect(await status()).toBe(200);
    await other.close({ leaveRunning: true });
  });
});
