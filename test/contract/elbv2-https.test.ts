import { DeleteCertificateCommand, DescribeCertificateCommand, ImportCertificateCommand } from '@aws-sdk/client-acm';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DeleteListenerCommand,
  DescribeListenerAttributesCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeSSLPoliciesCommand,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  RemoveListenerCertificatesCommand,
  type Action,
  type CreateListenerCommandInput,
  type ElasticLoadBalancingV2Client,
  type Listener,
  type ModifyListenerCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CERTIFICATES } from '../support/certificates.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let elb: ElasticLoadBalancingV2Client;
let subnets: string[];
/** ARNs of certificates for web.example.test and a.test. */
let web: string;
let a: string;

beforeAll(async () => {
  teal = await startTestTeal();
  elb = teal.elbv2;
  const { Subnets = [] } = await teal.ec2.send(new DescribeSubnetsCommand({}));
  subnets = Subnets.map((subnet) => subnet.SubnetId ?? '').slice(0, 2);
  web = await imported('web');
  a = await imported('a');
});

afterAll(() => teal.close());

async function imported(name: 'web' | 'a' | 'small'): Promise<string> {
  return (await teal.acm.send(new ImportCertificateCommand(CERTIFICATES[name]))).CertificateArn ?? '';
}

let made = 0;
async function createBalancer(): Promise<string> {
  const answer = await elb.send(new CreateLoadBalancerCommand({ Name: `tls-${++made}`, Subnets: subnets }));
  return answer.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
}

const FIXED: Action = {
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody: 'hello' },
};
/** Where another process has the port the balancer takes a free one. */
const PORT = 18_443;

type Settings = Partial<CreateListenerCommandInput>;

async function createListener(loadBalancer: string, more: Settings = {}): Promise<Listener> {
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancer,
      Protocol: 'HTTPS',
      Port: PORT,
      Certificates: [{ CertificateArn: web }],
      DefaultActions: [FIXED],
      ...more,
    }),
  );
  return Listeners?.[0] ?? {};
}

const plainListener = (loadBalancer: string) =>
  createListener(loadBalancer, { Protocol: 'HTTP', Certificates: undefined });
const newListener = async (more: Settings = {}) => createListener(await createBalancer(), more);
const arnOf = ({ ListenerArn = '' }: Listener): string => ListenerArn;

async function modify(ListenerArn: string, more: Partial<ModifyListenerCommandInput>): Promise<Listener> {
  return (await elb.send(new ModifyListenerCommand({ ListenerArn, ...more }))).Listeners?.[0] ?? {};
}
const add = (ListenerArn: string, CertificateArn: string) =>
  elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] }));
const remove = (ListenerArn: string, CertificateArn: string) =>
  elb.send(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] }));
const certificatesOf = async (ListenerArn: string) =>
  (await elb.send(new DescribeListenerCertificatesCommand({ ListenerArn }))).Certificates;
const usersOf = async (CertificateArn: string) =>
  (await teal.acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate?.InUseBy;
async function attributesOf(ListenerArn: string): Promise<Record<string, string | undefined>> {
  const { Attributes = [] } = await elb.send(new DescribeListenerAttributesCommand({ ListenerArn }));
  return Object.fromEntries(Attributes.map(({ Key = '', Value }) => [Key, Value]));
}
const setAttribute = (ListenerArn: string, Key: string, Value: string) =>
  elb.send(new ModifyListenerAttributesCommand({ ListenerArn, Attributes: [{ Key, Value }] }));

it('makes an HTTPS listener with the default SSL policy, and shows it so', async () => {
  const loadBalancer = await createBalancer();
  const listener = await createListener(loadBalancer);
  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: loadBalancer }));

  expect(Listeners).toEqual([listener]);
  expect(listener).toEqual({
    ListenerArn: listener.ListenerArn,
    LoadBalancerArn: loadBalancer,
    Port: PORT,
    Protocol: 'HTTPS',
    Certificates: [{ CertificateArn: web }],
    SslPolicy: 'ELBSecurityPolicy-2016-08',
    MutualAuthentication: { Mode: 'off' },
    DefaultActions: [FIXED],
  });
});

it('changes policy and default certificate, and leaves what is not named', async () => {
  const arn = arnOf(await newListener());
  const first = await modify(arn, { SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' });
  const second = await modify(arn, { Certificates: [{ CertificateArn: a }] });

  expect(first).toMatchObject({ Protocol: 'HTTPS', Certificates: [{ CertificateArn: web }] });
  expect(second).toMatchObject({
    SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    Certificates: [{ CertificateArn: a }],
    DefaultActions: [FIXED],
  });
});

it('takes certificates and policy away with HTTPS, and asks for a certificate to go back', async () => {
  const arn = arnOf(await newListener({ SslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' }));
  await setAttribute(arn, 'routing.http.request.x_amzn_tls_version.header_name', 'X-Tls');
  const plain = await modify(arn, { Protocol: 'HTTP' });

  expect(plain).toMatchObject({ Protocol: 'HTTP' });
  expect(plain).not.toHaveProperty('Certificates');
  expect(plain).not.toHaveProperty('SslPolicy');
  expect(await certificatesOf(arn)).toEqual([]);
  expect(Object.keys(await attributesOf(arn))).not.toContain('routing.http.request.x_amzn_tls_version.header_name');
  await expect(modify(arn, { Protocol: 'HTTPS' })).rejects.toThrow(
    'A certificate must be specified for HTTPS listeners',
  );
  expect(await modify(arn, { Protocol: 'HTTPS', Certificates: [{ CertificateArn: a }] })).toMatchObject({
    Certificates: [{ CertificateArn: a }],
    SslPolicy: 'ELBSecurityPolicy-2016-08',
  });
});

it('keeps a list of certificates beside the default one, which may stand in both', async () => {
  const arn = arnOf(await newListener());
  const added = await add(arn, a);
  await add(arn, a);
  await add(arn, web);

  expect(added.Certificates).toEqual([{ CertificateArn: a, IsDefault: false }]);
  expect(await certificatesOf(arn)).toEqual([
    { CertificateArn: web, IsDefault: true },
    { CertificateArn: a, IsDefault: false },
    { CertificateArn: web, IsDefault: false },
  ]);
  await remove(arn, web);
  await remove(arn, a);
  await remove(arn, a);
  expect(await certificatesOf(arn)).toEqual([{ CertificateArn: web, IsDefault: true }]);
});

it('describes the certificates of a listener page by page', async () => {
  const arn = arnOf(await newListener());
  await add(arn, web);
  await add(arn, a);
  const first = await elb.send(new DescribeListenerCertificatesCommand({ ListenerArn: arn, PageSize: 2 }));
  const second = await elb.send(
    new DescribeListenerCertificatesCommand({ ListenerArn: arn, PageSize: 2, Marker: first.NextMarker }),
  );

  expect([first.Certificates?.length, second.Certificates?.length]).toEqual([2, 1]);
  expect(second.NextMarker).toBeUndefined();
});

it('takes 25 certificates beside the default one, and not one more', async () => {
  const arn = arnOf(await newListener());
  for (let count = 0; count < 25; count += 1) await add(arn, await imported('a'));

  await expect(add(arn, await imported('a'))).rejects.toMatchObject({ name: 'TooManyCertificatesException' });
  expect(await certificatesOf(arn)).toHaveLength(26);
});

it('says which load balancers use a certificate, and keeps it from deletion until none does', async () => {
  const mine = await imported('web');
  const loadBalancer = await createBalancer();
  const arn = arnOf(await createListener(loadBalancer));
  await add(arn, mine);
  const used = await usersOf(mine);
  const deletion = () => teal.acm.send(new DeleteCertificateCommand({ CertificateArn: mine }));

  expect(used).toEqual([loadBalancer]);
  await expect(deletion()).rejects.toMatchObject({
    name: 'ResourceInUseException',
    message: `Certificate ${mine} is in use.`,
  });
  await elb.send(new DeleteListenerCommand({ ListenerArn: arn }));
  expect(await usersOf(mine)).toEqual([]);
  await expect(deletion()).resolves.toBeDefined();
});

it('shows every SSL policy with protocols and ciphers by priority', async () => {
  const { SslPolicies = [] } = await elb.send(new DescribeSSLPoliciesCommand({}));
  const one = await elb.send(new DescribeSSLPoliciesCommand({ Names: ['ELBSecurityPolicy-TLS13-1-2-Res-2021-06'] }));

  expect(SslPolicies.map((policy) => policy.Name)).toContain('ELBSecurityPolicy-2016-08');
  expect(SslPolicies).toHaveLength(16);
  expect(one.SslPolicies).toEqual([
    {
      Name: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
      SslProtocols: ['TLSv1.2', 'TLSv1.3'],
      Ciphers: [
        { Name: 'TLS_AES_128_GCM_SHA256', Priority: 1 },
        { Name: 'TLS_AES_256_GCM_SHA384', Priority: 2 },
        { Name: 'TLS_CHACHA20_POLY1305_SHA256', Priority: 3 },
        { Name: 'ECDHE-ECDSA-AES128-GCM-SHA256', Priority: 4 },
        { Name: 'ECDHE-RSA-AES128-GCM-SHA256', Priority: 5 },
        { Name: 'ECDHE-ECDSA-AES256-GCM-SHA384', Priority: 6 },
        { Name: 'ECDHE-RSA-AES256-GCM-SHA384', Priority: 7 },
      ],
      SupportedLoadBalancerTypes: ['application', 'network'],
    },
  ]);
});

it('shows SSL policies page by page', async () => {
  const first = await elb.send(new DescribeSSLPoliciesCommand({ PageSize: 10 }));
  const second = await elb.send(new DescribeSSLPoliciesCommand({ PageSize: 10, Marker: first.NextMarker }));

  expect([first.SslPolicies?.length, second.SslPolicies?.length]).toEqual([10, 6]);
});

it('has attributes for the headers of requests on HTTPS listeners only', async () => {
  const loadBalancer = await createBalancer();
  const [plain, tls] = [await plainListener(loadBalancer), await createListener(loadBalancer, { Port: PORT + 1 })];
  const [ofPlain, ofTls] = [await attributesOf(arnOf(plain)), await attributesOf(arnOf(tls))];

  expect(Object.keys(ofPlain)).toHaveLength(11);
  expect(ofPlain).toMatchObject({
    'routing.http.response.server.enabled': 'true',
    'routing.http.response.strict_transport_security.header_value': '',
  });
  expect(Object.keys(ofTls).filter((key) => key.endsWith('.header_name'))).toHaveLength(8);
});

it('keeps listener attributes', async () => {
  const arn = arnOf(await newListener());
  await setAttribute(arn, 'routing.http.response.x_frame_options.header_value', 'DENY');
  await setAttribute(arn, 'routing.http.request.x_amzn_mtls_clientcert.header_name', 'X-Client');
  const kept = await attributesOf(arn);

  expect(kept['routing.http.response.x_frame_options.header_value']).toBe('DENY');
  expect(kept['routing.http.request.x_amzn_mtls_clientcert.header_name']).toBe('X-Client');
});

const missing = () => `arn:aws:acm:us-east-1:${teal.account}:certificate/00000000-0000-0000-0000-000000000000`;

interface Case {
  readonly what: string;
  readonly ask: () => Promise<unknown>;
  readonly name?: string;
  readonly says: string | (() => string);
}

const CASES: readonly Case[] = [
  {
    what: 'an HTTPS listener without a certificate',
    ask: () => newListener({ Certificates: undefined }),
    says: 'A certificate must be specified for HTTPS listeners',
  },
  {
    what: 'a certificate that is not there',
    ask: () => newListener({ Certificates: [{ CertificateArn: missing() }] }),
    name: 'CertificateNotFoundException',
    says: () => `Certificate '${missing()}' not found`,
  },
  {
    what: 'a certificate of another region',
    ask: () => newListener({ Certificates: [{ CertificateArn: web.replace('us-east-1', 'eu-west-1') }] }),
    says: () => `Certificate ARN '${web.replace('us-east-1', 'eu-west-1')}' is not valid`,
  },
  {
    what: 'what is no ARN',
    ask: () => newListener({ Certificates: [{ CertificateArn: 'web' }] }),
    says: "Certificate ARN 'web' is not valid",
  },
  {
    what: 'a key of 1024 bits',
    ask: async () => newListener({ Certificates: [{ CertificateArn: await imported('small') }] }),
    name: 'UnsupportedCertificate',
    says: 'must have a fully-qualified domain name, a supported signature, and a supported key size.',
  },
  {
    what: 'two certificates at once',
    ask: () => newListener({ Certificates: [{ CertificateArn: web }, { CertificateArn: a }] }),
    says: 'You must specify exactly one certificate; found 2',
  },
  {
    what: 'to be told which certificate is the default',
    ask: () => newListener({ Certificates: [{ CertificateArn: web, IsDefault: true }] }),
    says: 'You cannot set IsDefault on a certificate',
  },
  {
    what: 'an SSL policy that AWS does not have',
    ask: () => newListener({ SslPolicy: 'ELBSecurityPolicy-Mine' }),
    name: 'SSLPolicyNotFoundException',
    says: "SSL policy 'ELBSecurityPolicy-Mine' not found",
  },
  {
    what: 'an SSL policy that Teal does not have, by its name',
    ask: () => newListener({ SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04' }),
    says: "The SSL policy 'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04' is not served by Teal yet.",
  },
  {
    what: 'to describe an SSL policy that AWS does not have',
    ask: () => elb.send(new DescribeSSLPoliciesCommand({ Names: ['ELBSecurityPolicy-Mine'] })),
    name: 'SSLPolicyNotFoundException',
    says: "SSL policy 'ELBSecurityPolicy-Mine' not found",
  },
  {
    what: 'a certificate on an HTTP listener',
    ask: () => newListener({ Protocol: 'HTTP' }),
    says: 'Certificates can only be specified for HTTPS listeners',
  },
  {
    what: 'an SSL policy on an HTTP listener',
    ask: () => newListener({ Protocol: 'HTTP', Certificates: undefined, SslPolicy: 'ELBSecurityPolicy-2016-08' }),
    says: 'An SSL policy can only be specified for HTTPS listeners',
  },
  {
    what: 'an ALPN policy',
    ask: () => newListener({ AlpnPolicy: ['HTTP2Only'] }),
    says: 'An ALPN policy can only be specified for TLS listeners',
  },
  {
    what: 'mutual authentication, by its mode',
    ask: () => newListener({ MutualAuthentication: { Mode: 'passthrough' } }),
    says: "Mutual authentication (mode 'passthrough') is not served by Teal yet.",
  },
  {
    what: 'a protocol of another kind of load balancer',
    ask: () => newListener({ Protocol: 'TLS' }),
    says: "Listener protocol 'TLS' must be one of 'HTTP, HTTPS'",
  },
  {
    what: 'a second listener on a port, in whatever protocol',
    ask: async () => {
      const loadBalancer = await createBalancer();
      await createListener(loadBalancer);
      return plainListener(loadBalancer);
    },
    name: 'DuplicateListenerException',
    says: 'A listener already exists on this port for this load balancer',
  },
  {
    what: 'a new default certificate that is not there',
    ask: async () => modify(arnOf(await newListener()), { Certificates: [{ CertificateArn: missing() }] }),
    name: 'CertificateNotFoundException',
    says: () => `Certificate '${missing()}' not found`,
  },
  {
    what: 'the removal of the default certificate',
    ask: async () => remove(arnOf(await newListener()), web),
    name: 'OperationNotPermittedException',
    says: () => `Certificate '${web}' is the default certificate of the listener and cannot be removed`,
  },
  {
    what: 'another certificate on an HTTP listener',
    ask: async () => add(arnOf(await plainListener(await createBalancer())), a),
    says: 'Certificates can only be specified for HTTPS listeners',
  },
  {
    what: 'another certificate that is not there',
    ask: async () => add(arnOf(await newListener()), missing()),
    name: 'CertificateNotFoundException',
    says: () => `Certificate '${missing()}' not found`,
  },
  {
    what: 'an attribute of HTTPS listeners on an HTTP listener',
    ask: async () =>
      setAttribute(
        arnOf(await plainListener(await createBalancer())),
        'routing.http.request.x_amzn_tls_version.header_name',
        'X-Tls',
      ),
    says: "Listener attribute key 'routing.http.request.x_amzn_tls_version.header_name' is not recognized",
  },
  {
    what: 'an attribute of Network Load Balancers',
    ask: async () => setAttribute(arnOf(await newListener()), 'tcp.idle_timeout.seconds', '60'),
    says: "Listener attribute key 'tcp.idle_timeout.seconds' is not recognized",
  },
  {
    what: 'a value that the header cannot have',
    ask: async () =>
      setAttribute(arnOf(await newListener()), 'routing.http.response.x_content_type_options.header_value', 'sniff'),
    says: "The value of 'routing.http.response.x_content_type_options.header_value' must be one of",
  },
  {
    what: 'a line break in a header',
    ask: async () =>
      setAttribute(
        arnOf(await newListener()),
        'routing.http.response.content_security_policy.header_value',
        "default-src 'self'\r\nSet-Cookie: a=b",
      ),
    says: 'contains a character that is not valid',
  },
  {
    what: 'a header name with a space',
    ask: async () =>
      setAttribute(arnOf(await newListener()), 'routing.http.request.x_amzn_tls_version.header_name', 'X Tls'),
    says: "The value 'X Tls' of 'routing.http.request.x_amzn_tls_version.header_name' is not a header name",
  },
];

it.each(CASES)('refuses $what', async ({ ask, name = 'ValidationError', says }) => {
  const error = await ask().then(
    () => undefined,
    (reason: unknown) => reason,
  );

  expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  expect((error as Error).message).toContain(typeof says === 'string' ? says : says());
});
