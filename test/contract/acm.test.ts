import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  AddTagsToCertificateCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  GetCertificateCommand,
  ImportCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  paginateListCertificates,
  RemoveTagsFromCertificateCommand,
  RequestCertificateCommand,
  type ACMClient,
  type ImportCertificateCommandInput,
  type ListCertificatesCommandInput,
} from '@aws-sdk/client-acm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsClients, destroyClients } from '../support/aws.ts';
import { CERTIFICATES } from '../support/certificates.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let acm: ACMClient;

beforeAll(async () => {
  teal = await startTestTeal();
  acm = teal.acm;
});

afterAll(() => teal.close());

const { web, shop, ca, a } = CERTIFICATES;

async function imported(input: ImportCertificateCommandInput = web): Promise<string> {
  return (await acm.send(new ImportCertificateCommand(input))).CertificateArn ?? '';
}
const describeOne = async (CertificateArn: string) =>
  (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
const tagsOf = async (CertificateArn: string) =>
  (await acm.send(new ListTagsForCertificateCommand({ CertificateArn }))).Tags;
const nowhere = () => `arn:aws:acm:us-east-1:${teal.account}:certificate/00000000-0000-0000-0000-000000000000`;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString().trim();

it('imports a certificate and describes what stands in it', async () => {
  const CertificateArn = await imported();

  expect(CertificateArn).toMatch(
    new RegExp(`^arn:aws:acm:us-east-1:${teal.account}:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
  );
  expect(await describeOne(CertificateArn)).toEqual({
    CertificateArn,
    DomainName: 'web.example.test',
    SubjectAlternativeNames: ['web.example.test', '*.web.example.test'],
    Subject: 'O=Teal Tests,CN=web.example.test',
    Issuer: 'Teal Tests',
    Serial: new X509Certificate(web.Certificate).serialNumber.toLowerCase().replace(/..(?=.)/g, '$&:'),
    NotBefore: new Date('2020-01-01T00:00:00Z'),
    NotAfter: new Date('2120-01-01T00:00:00Z'),
    CreatedAt: expect.any(Date) as Date,
    ImportedAt: expect.any(Date) as Date,
    KeyAlgorithm: 'RSA_2048',
    SignatureAlgorithm: 'SHA256WITHRSA',
    KeyUsages: [{ Name: 'DIGITAL_SIGNATURE' }, { Name: 'KEY_ENCIPHERMENT' }],
    ExtendedKeyUsages: [{ Name: 'TLS_WEB_SERVER_AUTHENTICATION', OID: '1.3.6.1.5.5.7.3.1' }],
    Type: 'IMPORTED',
    Status: 'ISSUED',
    InUseBy: [],
    RenewalEligibility: 'INELIGIBLE',
    Options: { CertificateTransparencyLoggingPreference: 'DISABLED' },
  });
});

it('gives the certificate and its chain back, and never the key', async () => {
  const CertificateArn = await imported({ ...shop, CertificateChain: ca });
  const answer = await acm.send(new GetCertificateCommand({ CertificateArn }));

  expect(answer.Certificate?.trim()).toBe(text(shop.Certificate));
  expect(answer.CertificateChain?.trim()).toBe(text(ca));
  expect(JSON.stringify(answer)).not.toContain('PRIVATE');
});

it('gives no chain of a certificate that has none', async () => {
  const { CertificateChain } = await acm.send(new GetCertificateCommand({ CertificateArn: await imported() }));

  expect(CertificateChain).toBeUndefined();
});

it('replaces a certificate under its ARN', async () => {
  const CertificateArn = await imported();
  const before = await describeOne(CertificateArn);
  const again = await imported({ CertificateArn, ...shop, CertificateChain: ca });
  const after = await describeOne(CertificateArn);

  expect(again).toBe(CertificateArn);
  expect(after).toMatchObject({ DomainName: 'shop.example.test', CreatedAt: before?.CreatedAt });
});

it('lists RSA keys of up to 2048 bits unless others are asked for', async () => {
  const [rsa, ec] = [await imported(), await imported(a)];
  const listed = async (input: ListCertificatesCommandInput = {}) => {
    const { CertificateSummaryList = [] } = await acm.send(new ListCertificatesCommand(input));
    return [rsa, ec].filter((arn) => CertificateSummaryList.some(({ CertificateArn }) => CertificateArn === arn));
  };

  expect(await listed()).toEqual([rsa]);
  expect(await listed({ Includes: { keyTypes: ['EC_prime256v1'] } })).toEqual([ec]);
  expect(await listed({ Includes: { keyTypes: ['RSA_2048', 'EC_prime256v1'] } })).toEqual([rsa, ec]);
});

it('lists by status and by usage', async () => {
  const arn = await imported();
  const isListed = async (input: ListCertificatesCommandInput) =>
    (await acm.send(new ListCertificatesCommand(input))).CertificateSummaryList?.some(
      ({ CertificateArn }) => CertificateArn === arn,
    );

  expect(await isListed({ CertificateStatuses: ['ISSUED'] })).toBe(true);
  expect(await isListed({ CertificateStatuses: ['EXPIRED'] })).toBe(false);
  expect(await isListed({ Includes: { keyUsage: ['KEY_ENCIPHERMENT'] } })).toBe(true);
  expect(await isListed({ Includes: { keyUsage: ['CRL_SIGNING'] } })).toBe(false);
  expect(await isListed({ Includes: { extendedKeyUsage: ['TLS_WEB_SERVER_AUTHENTICATION'] } })).toBe(true);
  expect(await isListed({ Includes: { extendedKeyUsage: ['CODE_SIGNING'] } })).toBe(false);
});

it('lists page by page, each certificate once, in the order asked for', async () => {
  const other = awsClients(teal.url, '222233334444');
  const made: (string | undefined)[] = [];
  for (let round = 0; round < 5; round += 1)
    made.push((await other.acm.send(new ImportCertificateCommand(web))).CertificateArn);
  const pages: (string | undefined)[][] = [];
  const ask = { SortBy: 'CREATED_AT', SortOrder: 'ASCENDING' } as const;
  for await (const page of paginateListCertificates({ client: other.acm, pageSize: 2 }, ask))
    pages.push(page.CertificateSummaryList?.map(({ CertificateArn }) => CertificateArn) ?? []);
  destroyClients(other);

  expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
  expect(pages.flat()).toEqual(made);
});

it('shows no certificate to another account or region', async () => {
  const arn = await imported();
  const elsewhere = awsClients(teal.url, teal.account, 'eu-west-1');
  const list = await elsewhere.acm.send(new ListCertificatesCommand({}));
  const described = elsewhere.acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));

  expect(list.CertificateSummaryList).toEqual([]);
  await expect(described).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  destroyClients(elsewhere);
});

it('keeps tags, and removes one with a value only where it has that value', async () => {
  const CertificateArn = await imported({ ...web, Tags: [{ Key: 'team', Value: 'web' }] });
  await acm.send(new AddTagsToCertificateCommand({ CertificateArn, Tags: [{ Key: 'stage', Value: 'live' }] }));
  await acm.send(
    new RemoveTagsFromCertificateCommand({ CertificateArn, Tags: [{ Key: 'stage', Value: 'test' }, { Key: 'team' }] }),
  );

  expect(await tagsOf(CertificateArn)).toEqual([{ Key: 'stage', Value: 'live' }]);
});

it('deletes a certificate', async () => {
  const CertificateArn = await imported();
  await acm.send(new DeleteCertificateCommand({ CertificateArn }));

  await expect(describeOne(CertificateArn)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Could not find certificate ${CertificateArn}.`,
  });
});

const bytes = (content: string) => Buffer.from(content);
const ed25519 = () =>
  bytes(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const withPassphrase = () =>
  bytes(
    createPrivateKey(web.PrivateKey)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString(),
  );

interface Case {
  readonly what: string;
  readonly ask: () => Promise<unknown>;
  readonly name?: string;
  readonly says: string;
}

const CASES: readonly Case[] = [
  {
    what: 'text that is no certificate',
    ask: () => imported({ ...web, Certificate: bytes('certificate') }),
    says: 'Unable to parse certificate. Please ensure the certificate is in PEM format.',
  },
  {
    what: 'two certificates in one field',
    ask: () => imported({ ...web, Certificate: Buffer.concat([web.Certificate, ca]) }),
    says: 'The certificate field contains more than one certificate. You can specify only one certificate in this field.',
  },
  {
    what: 'text that is no key',
    ask: () => imported({ ...web, PrivateKey: bytes('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----') }),
    says: 'Unable to parse private key. Please ensure the private key is in PEM format.',
  },
  {
    what: 'the key of another certificate',
    ask: () => imported({ ...web, PrivateKey: shop.PrivateKey }),
    says: 'The private key does not match the certificate.',
  },
  {
    what: 'a key behind a passphrase',
    ask: () => imported({ ...web, PrivateKey: withPassphrase() }),
    says: 'The private key must not be encrypted with a passphrase.',
  },
  {
    what: 'a kind of key that ACM does not take',
    ask: () => imported({ ...web, PrivateKey: ed25519() }),
    says: 'The private key is not supported.',
  },
  {
    what: 'a certificate that has expired',
    ask: () => imported(CERTIFICATES.expired),
    says: 'The certificate has expired.',
  },
  {
    what: 'a certificate that is not valid yet',
    ask: () => imported(CERTIFICATES.future),
    says: 'The certificate is not valid yet.',
  },
  {
    what: 'a signed certificate without its chain',
    ask: () => imported(shop),
    says: 'Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or certificate chain.',
  },
  {
    what: 'the chain of another certificate',
    ask: () => imported({ ...web, CertificateChain: ca }),
    says: 'Could not validate the certificate with the certificate chain.',
  },
  {
    what: 'a chain that holds the certificate itself',
    ask: () => imported({ ...web, CertificateChain: web.Certificate }),
    says: 'Could not validate the certificate with the certificate chain.',
  },
  {
    what: 'a chain that is none',
    ask: () => imported({ ...shop, CertificateChain: bytes('chain') }),
    says: 'Unable to parse certificate chain. Please ensure the certificate chain is in PEM format.',
  },
  {
    what: 'a key of more than 5 KB, without quoting it',
    ask: () => imported({ ...web, PrivateKey: Buffer.alloc(5121, 'k') }),
    says: "Value at 'privateKey' failed to satisfy constraint: Member must have length less than or equal to 5120",
  },
  {
    what: 'a new import under an ARN that does not exist',
    ask: () => imported({ ...web, CertificateArn: nowhere() }),
    name: 'ResourceNotFoundException',
    says: 'Could not find certificate arn:aws:acm:us-east-1:',
  },
  {
    what: 'another kind of key under the same ARN',
    ask: async () => imported({ ...a, CertificateArn: await imported() }),
    says: 'The key algorithm of a certificate cannot change on re-import: it is RSA_2048, found EC_prime256v1.',
  },
  {
    what: 'tags on a re-import',
    ask: async () => imported({ ...web, CertificateArn: await imported(), Tags: [{ Key: 'a', Value: 'b' }] }),
    says: 'Tagging is not permitted on re-import.',
  },
  {
    what: 'a reserved tag',
    ask: () => imported({ ...web, Tags: [{ Key: 'aws:team', Value: 'web' }] }),
    name: 'InvalidTagException',
    says: "The tag key 'aws:team' begins with aws:",
  },
  {
    what: 'the 51st tag',
    ask: async () => {
      const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `tag-${index}`, Value: '' }));
      const CertificateArn = await imported({ ...web, Tags });
      return acm.send(new AddTagsToCertificateCommand({ CertificateArn, Tags: [{ Key: 'one-more', Value: '' }] }));
    },
    name: 'TooManyTagsException',
    says: 'A certificate can have at most 50 tags.',
  },
  {
    what: 'the deletion of what is not there',
    ask: () => acm.send(new DeleteCertificateCommand({ CertificateArn: nowhere() })),
    name: 'ResourceNotFoundException',
    says: 'Could not find certificate arn:aws:acm:us-east-1:',
  },
  {
    what: 'an ARN of something else',
    ask: () => describeOne('arn:aws:acm:us-east-1:000000000000:listener/app/web'),
    name: 'InvalidArnException',
    says: "The ARN 'arn:aws:acm:us-east-1:000000000000:listener/app/web' is not that of a certificate.",
  },
  {
    what: 'a sort key without an order',
    ask: () => acm.send(new ListCertificatesCommand({ SortBy: 'CREATED_AT' })),
    says: 'SortBy and SortOrder must be specified together.',
  },
  {
    what: 'a token that it never gave',
    ask: () => acm.send(new ListCertificatesCommand({ NextToken: 'abc' })),
    name: 'InvalidArgsException',
    says: 'The NextToken is not valid',
  },
  {
    what: 'to issue a certificate, and names what does it instead',
    ask: () => acm.send(new RequestCertificateCommand({ DomainName: 'web.example.test' })),
    says: "no certificate authority that could issue a certificate for 'web.example.test'. Make or buy one and give it to ImportCertificate",
  },
];

it.each(CASES)('refuses $what', async ({ ask, name = 'ValidationException', says }) => {
  const error = await ask().then(
    () => undefined,
    (reason: unknown) => reason,
  );

  expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  expect((error as Error).message).toContain(says);
});
