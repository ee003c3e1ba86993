import {
  CreateDeploymentCommand,
  GetDeploymentTargetCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttps, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NAMES } from '../../src/cli/demo/stack.ts';
import { CERTIFICATES, LOCALHOST_FILE } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { buildSample, deploymentInfo, ending, type Sample } from '../support/sample.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder = '';
let teal: SpawnedTeal;
let sample: Sample;
/** What the receiver asks whether a release is fine. */
let check: HttpSink;
let fine = true;
let receiver: ChildProcess;
let address = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-webhook-'));
  const trusted = process.env['NODE_EXTRA_CA_CERTS'];
  process.env['NODE_EXTRA_CA_CERTS'] = LOCALHOST_FILE;
  teal = await spawnTeal([
    ...['--data', join(folder, 'data'), '--port', '0', '--runtime', 'process', '--time-scale', '60'],
    ...['--log-level', 'warn'],
  ]).finally(() => {
    if (trusted === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
    else process.env['NODE_EXTRA_CA_CERTS'] = trusted;
  });
  sample = await buildSample(teal.url);
  check = await openHttpSink(() => (fine ? 200 : 500));
  address = await startReceiver();
});

afterAll(async () => {
  receiver?.kill();
  await teal?.stop();
  await check?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the program that the how-to shows. @returns its address */
async function startReceiver(): Promise<string> {
  const page = await readFile(join(ROOT, 'docs/how-to/use-webhooks-as-hooks.md'), 'utf8');
  await writeFile(join(folder, 'receiver.mjs'), /```js\n(.*?)```/s.exec(page)?.[1] ?? '');
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const { secret } = (await (await fetch(`${teal.url}/_teal/webhooks/secret`)).json()) as { secret: string };
  const port = await freePort();
  const environment = { WEBHOOK_SECRET: secret, CHECK_URL: check.url, PORT: String(port) };
  receiver = spawn(process.execPath, ['receiver.mjs'], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually('the receiver', () =>
    fetch(url, { method: 'POST' }).then(
      () => true,
      () => undefined,
    ),
  );
  return url;
}

async function deploy(hook: string): Promise<string> {
  const Properties = { TaskDefinition: 'web:1', LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } };
  const content = JSON.stringify({
    version: 0.0,
    Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }],
    Hooks: [{ BeforeInstall: hook }],
  });
  const { deploymentId } = await sample.clients.codedeploy.send(
    new CreateDeploymentCommand({
      applicationName: NAMES.application,
      deploymentGroupName: NAMES.group,
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
    }),
  );
  return deploymentId ?? '';
}

async function beforeInstall(deploymentId: string) {
  const command = new GetDeploymentTargetCommand({ deploymentId, targetId: `${NAMES.cluster}:${NAMES.service}` });
  const { deploymentTarget } = await sample.clients.codedeploy.send(command);
  return deploymentTarget?.ecsTarget?.lifecycleEvents?.[0];
}

it('lets a release on, or not, as the receiver of the how-to finds', async () => {
  fine = true;
  const good = await ending(sample.clients, await deploy(address));
  fine = false;
  const bad = await deploy(address);
  await ending(sample.clients, bad);

  expect(good.status).toBe('Succeeded');
  expect((await deploymentInfo(sample.clients, bad)).errorInformation?.code).toBe('HOOK_EXECUTION_FAILURE');
  expect((await beforeInstall(bad))?.diagnostics).toMatchObject({
    errorCode: 'ScriptFailed',
    logTail: 'HTTP 202\nchecking',
  });
});

it('finds that receiver refusing what Teal has not signed', async () => {
  const asked = check.taken.length;
  const body = JSON.stringify({ DeploymentId: 'd-000000001', LifecycleEventHookExecutionId: 'x' });
  const now = String(Math.floor(Date.now() / 1000));
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': now, 'webhook-signature': `v1,${'A'.repeat(43)}=` };

  expect((await fetch(address, { method: 'POST', body })).status).toBe(401);
  expect((await fetch(address, { method: 'POST', body, headers })).status).toBe(401);
  expect(check.taken).toHaveLength(asked);
});

it('calls an endpoint over TLS that NODE_EXTRA_CA_CERTS lets it trust, and no other', async () => {
  const bodies: string[] = [];
  const trusted = await listen(CERTIFICATES.localhost, (body) => bodies.push(body));
  const strange = await listen(CERTIFICATES.web, () => undefined);

  const id = await deploy(`https://localhost:${trusted.port}/release`);
  const body = await eventually('the call', () => bodies[0]);
  await sample.clients.codedeploy.send(new StopDeploymentCommand({ deploymentId: id }));
  await ending(sample.clients, id);
  const refused = await deploy(`https://localhost:${strange.port}/release`);
  await ending(sample.clients, refused);
  for (const { server } of [trusted, strange]) await new Promise((resolve) => server.close(resolve));

  const told = JSON.parse(body) as Record<string, string>;
  expect(told['DeploymentId']).toBe(id);
  await expect(
    sample.clients.codedeploy.send(
      new PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: id,
        lifecycleEventHookExecutionId: told['LifecycleEventHookExecutionId'],
        status: 'Succeeded',
      }),
    ),
  ).rejects.toMatchObject({ name: 'LifecycleEventAlreadyCompletedException' });
  const { diagnostics } = (await beforeInstall(refused)) ?? {};
  expect(diagnostics?.errorCode).toBe('UnknownError');
  expect(diagnostics?.message).toContain('its certificate is not trusted');
});

async function listen(
  { Certificate: cert, PrivateKey: key }: (typeof CERTIFICATES)['web'],
  take: (body: string) => unknown,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createHttps({ cert, key }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      take(body);
      response.writeHead(202).end();
    });
  });
  await once(server.listen(0, 'localhost'), 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}
