import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import {
  AddTagsToCertificateCommand,
  DescribeCertificateCommand,
  ImportCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
} from '@aws-sdk/client-acm';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DescribeTagsCommand,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  type CreateListenerCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { awsClients, destroyClients } from '../support/aws.ts';
import { CERTIFICATES } from '../support/certificates.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
const opened: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function imported(name: 'web' | 'a' | 'shop', CertificateArn?: string): Promise<string> {
  const CertificateChain = name === 'shop' ? CERTIFICATES.ca : undefined;
  const input = { ...CERTIFICATES[name], CertificateChain, CertificateArn };
  return (await teal.acm.send(new ImportCertificateCommand(input))).CertificateArn ?? '';
}

let made = 0;

/** Answers `hello` to everything. Each has a port of its own, since clients here do not name the load balancer. */
async function listenerWith(
  CertificateArn: string,
  of: TestTeal = teal,
  more: Partial<CreateListenerCommandInput> = {},
) {
  const { Subnets = [] } = await of.ec2.send(new DescribeSubnetsCommand({}));
  const { LoadBalancers } = await of.elbv2.send(
    new CreateLoadBalancerCommand({
      Name: `tls-${++made}`,
      Subnets: Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId),
    }),
  );
  const { Listeners } = await of.elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'HTTPS',
      Port: 18_450 + made,
      Certificates: [{ CertificateArn }],
      DefaultActions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: { StatusCode: '200', MessageBody: 'hello', ContentType: 'text/plain' },
        },
      ],
      ...more,
    }),
  );
  const { ListenerArn = '', Port = 0 } = Listeners?.[0] ?? {};
  return { arn: ListenerArn, port: await boundPort(of, ListenerArn, Port) };
}

async function boundPort(of: TestTeal, arn: string, asked: number): Promise<number> {
  const { TagDescriptions } = await of.elbv2.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
  const tag = TagDescriptions?.[0]?.Tags?.find(({ Key }) => Key === 'teal:bound-port');
  return Number(tag?.Value ?? asked);
}

interface Answer {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** Over a connection that trusts only `ca` and asks for `servername`. */
function ask(port: number, servername: string, ca: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, servername, ca, agent: false });
    asking.on('error', reject);
    asking.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () => resolve({ body, headers: response.headers }));
    });
    asking.end();
  });
}

/** The serial number of the certificate that is shown for a name. */
async function shownTo(port: number, servername: string, more: ConnectionOptions = {}): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false, ...more });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.serialNumber;
  } finally {
    socket.destroy();
  }
}

const serialOf = (name: 'web' | 'a' | 'shop') => new X509Certificate(CERTIFICATES[name].Certificate).serialNumber;

it('answers over TLS to a client that trusts the imported certificate', async () => {
  const { port } = await listenerWith(await imported('web'));
  const { body } = await ask(port, 'web.example.test', CERTIFICATES.web.Certificate);

  expect(body).toBe('hello');
});

it('sends the chain, so that a client which trusts the authority alone is satisfied', async () => {
  const { port } = await listenerWith(await imported('shop'));
  const { body } = await ask(port, 'shop.example.test', CERTIFICATES.ca);

  expect(body).toBe('hello');
});

it('chooses the certificate by the name that is asked for, else the default one', async () => {
  const { arn, port } = await listenerWith(await imported('web'));
  const CertificateArn = await imported('a');
  await teal.elbv2.send(new AddListenerCertificatesCommand({ ListenerArn: arn, Certificates: [{ CertificateArn }] }));

  expect(await shownTo(port, 'a.test')).toBe(serialOf('a'));
  expect(await shownTo(port, 'sub.web.example.test')).toBe(serialOf('web'));
  expect(await shownTo(port, 'unknown.test')).toBe(serialOf('web'));
});

it('shows a re-imported certificate as soon as ImportCertificate has answered', async () => {
  const CertificateArn = await imported('web');
  const { port } = await listenerWith(CertificateArn);
  const before = await shownTo(port, 'web.example.test');
  await imported('shop', CertificateArn);

  expect(before).toBe(serialOf('web'));
  expect(await shownTo(port, 'web.example.test')).toBe(serialOf('shop'));
});

it('shows another default certificate as soon as ModifyListener has answered', async () => {
  const { arn, port } = await listenerWith(await imported('web'));
  await teal.elbv2.send(
    new ModifyListenerCommand({ ListenerArn: arn, Certificates: [{ CertificateArn: await imported('shop') }] }),
  );

  expect(await shownTo(port, 'web.example.test')).toBe(serialOf('shop'));
});

it('speaks the TLS versions of the SSL policy only', async () => {
  const certificate = await imported('web');
  const newest = await listenerWith(certificate, teal, { SslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' });
  const oldest = await listenerWith(certificate);
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

  await expect(shownTo(newest.port, 'web.example.test', { maxVersion: 'TLSv1.2' })).rejects.toThrow();
  await expect(shownTo(newest.port, 'web.example.test')).resolves.toBe(serialOf('web'));
  await expect(shownTo(oldest.port, 'web.example.test', { minVersion: 'TLSv1.3' })).rejects.toThrow();
  await expect(shownTo(oldest.port, 'web.example.test', old)).resolves.toBe(serialOf('web'));
});

it('sets the headers of the listener attributes on every answer, and leaves its own name out', async () => {
  const { arn, port } = await listenerWith(await imported('web'));
  const before = await ask(port, 'web.example.test', CERTIFICATES.web.Certificate);
  await teal.elbv2.send(
    new ModifyListenerAttributesCommand({
      ListenerArn: arn,
      Attributes: [
        { Key: 'routing.http.response.server.enabled', Value: 'false' },
        { Key: 'routing.http.response.strict_transport_security.header_value', Value: 'max-age=300' },
      ],
    }),
  );
  const after = await ask(port, 'web.example.test', CERTIFICATES.web.Certificate);

  expect(before.headers['server']).toBe('awselb/2.0');
  expect(after.headers).not.toHaveProperty('server');
  expect(after.headers['strict-transport-security']).toBe('max-age=300');
});

async function folderWith(pairs: Readonly<Record<string, 'web' | 'a'>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'teal-certificates-'));
  opened.push(() => rm(folder, { recursive: true }));
  for (const [name, certificate] of Object.entries(pairs)) {
    await writeFile(join(folder, `${name}.pem`), CERTIFICATES[certificate].Certificate);
    await writeFile(join(folder, `${name}.key`), CERTIFICATES[certificate].PrivateKey);
  }
  return folder;
}

async function tealWith(certificates: string, data?: string): Promise<TestTeal> {
  const started = await startTestTeal({ certificates, ...(data !== undefined && { data }) });
  opened.push(() => started.close());
  return started;
}

const namesOf = async ({ acm }: Pick<TestTeal, 'acm'>) =>
  (await acm.send(new ListCertificatesCommand({}))).CertificateSummaryList?.map(({ DomainName }) => DomainName);

it('has the certificates of files in every account and region, under one id, and serves them', async () => {
  const files = await tealWith(await folderWith({ live: 'web' }));
  const other = awsClients(files.url, '222233334444', 'eu-west-1');
  opened.push(async () => destroyClients(other));
  const { CertificateSummaryList = [] } = await files.acm.send(new ListCertificatesCommand({}));
  const CertificateArn = CertificateSummaryList[0]?.CertificateArn ?? '';
  const { Tags } = await files.acm.send(new ListTagsForCertificateCommand({ CertificateArn }));
  const elsewhere = await other.acm.send(
    new DescribeCertificateCommand({
      CertificateArn: CertificateArn.replace('us-east-1', 'eu-west-1').replace(files.account, '222233334444'),
    }),
  );
  const { port } = await listenerWith(CertificateArn, files);

  expect(Tags).toEqual([{ Key: 'Name', Value: 'live' }]);
  expect(elsewhere.Certificate).toMatchObject({ DomainName: 'web.example.test', Type: 'IMPORTED' });
  expect((await ask(port, 'web.example.test', CERTIFICATES.web.Certificate)).body).toBe('hello');
});

it('refuses to change a certificate of a file, naming the file', async () => {
  const folder = await folderWith({ live: 'web' });
  const files = await tealWith(folder);
  const { CertificateSummaryList = [] } = await files.acm.send(new ListCertificatesCommand({}));
  const CertificateArn = CertificateSummaryList[0]?.CertificateArn ?? '';
  const tagging = files.acm.send(new AddTagsToCertificateCommand({ CertificateArn, Tags: [{ Key: 'a', Value: 'b' }] }));

  await expect(tagging).rejects.toMatchObject({
    name: 'ValidationException',
    message: `This certificate is read from '${join(folder, 'live.pem')}': change that file and start Teal again.`,
  });
});

it('reads the files again when it starts', async () => {
  const folder = await folderWith({ live: 'web' });
  const first = await startTestTeal({ certificates: folder });
  const before = await namesOf(first);
  await first.close();
  await copyFile(new URL('../support/certificates/expired.crt.pem', import.meta.url), join(folder, 'live.pem'));
  const second = await tealWith(folder);
  const { CertificateSummaryList = [] } = await second.acm.send(new ListCertificatesCommand({}));

  expect(before).toEqual(['web.example.test']);
  expect(CertificateSummaryList).toMatchObject([{ DomainName: 'web.example.test', Status: 'EXPIRED' }]);
});

const BROKEN: readonly (readonly [what: string, spoil: (folder: string) => Promise<unknown>, says: string])[] = [
  ['a certificate without a key', (folder) => rm(join(folder, 'live.key')), "live.pem' has no key"],
  ['a key without a certificate', (folder) => rm(join(folder, 'live.pem')), "live.key' has no certificate"],
  [
    'a key that does not fit',
    (folder) => writeFile(join(folder, 'live.key'), CERTIFICATES.a.PrivateKey),
    "live.key' cannot be used: The private key does not match the certificate.",
  ],
  [
    'a file that is no certificate',
    (folder) => writeFile(join(folder, 'live.pem'), 'certificate'),
    "live.pem' with the key",
  ],
  [
    'a name that two certificates have',
    (folder) => writeFile(join(folder, 'live.crt'), CERTIFICATES.a.Certificate),
    "there is 'live.pem' and 'live.crt'",
  ],
];

it.each(BROKEN)('does not start with %s, and names the file', async (_what, spoil, says) => {
  const folder = await folderWith({ live: 'web' });
  await spoil(folder);

  await expect(startTestTeal({ certificates: folder })).rejects.toThrow(says);
});
