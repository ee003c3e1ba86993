import { expect, it } from 'vitest';
import { echo } from '../../test/wire/echo.ts';
import { difference, plain } from '../../test/wire/plain.ts';
import { sampler } from '../../test/wire/sample.ts';
import { cloudWatchClients, sdkClients, type AnyClient } from '../../test/wire/sdk-clients.ts';
import { seeded } from '../../test/wire/seeded.ts';
import { silentLogger } from '../kernel/logger.ts';
import { catalogue } from './catalogue.ts';
import { createWire } from './dispatch.ts';
import { inProcessHandler } from './in-process.ts';
import type { Operation } from './model.ts';
import { kindOf, membersOf, traitsOf, type Shape } from './schema.ts';
import type { ServiceName } from './types.ts';

const SAMPLES = 2;
/** All eight take 5 seconds alone; a loaded machine may need several times that. */
const LIMIT_MS = 120_000;
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

/** What does not come back as it was sent, and why that is right. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'ec2:CopySnapshot': 'the JS client adds a presigned URL of its own when it copies between regions',
  'events:PutEvents': 'the JS client makes a host name of EndpointId, which a random text is not',
  's3:CopyObject': 'the JS client takes an answer with an empty document for a failure, as it is one at AWS',
  's3:UploadPartCopy': 'the same',
  's3:DeleteObjects': 'the JS client sends LastModifiedTime in whole seconds',
  's3:HeadObject': 'Expires and ExpiresString are one header, and the JS client makes a map of no metadata',
  's3:ListDirectoryBuckets': 'it is told from ListBuckets by a host of its own',
  'lambda:SendDurableExecutionCallbackFailure': 'the JS client sends {} for an optional payload that is absent',
};

/** What the client of S3 adds, computes or checks by itself, so that no random value stands there. */
const OF_S3S_CLIENT = /^(Checksum|ContentMD5|ContentType|ContentLength|SSECustomerKey|CopySourceSSECustomerKey|MFA$)/;

/** A bucket's name goes through the client's own rules, and a key that begins with a slash or a dot through the URL's. */
function forS3(input: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(input).filter(([name]) => !OF_S3S_CLIENT.test(name));
  return {
    ...Object.fromEntries(kept),
    ...('Bucket' in input && { Bucket: 'bucket' }),
    ...('Key' in input && { Key: 'a/ key' }),
  };
}

const isStreamed = (shape: Shape): boolean =>
  kindOf(shape) !== 'unit' && membersOf(shape).some((m) => kindOf(m.shape) === 'blob' && m.shape.isStreaming());

const names = Object.keys(catalogue) as ServiceName[];

it.each(names)(
  'carries random inputs and outputs of every operation of %s unchanged',
  async (name) => {
    expect(await failuresOf(name, sdkClients[name], catalogue[name].protocol === 'aws-json')).toEqual([]);
  },
  LIMIT_MS,
);

it.each(Object.entries(cloudWatchClients))(
  'carries random inputs and outputs of every operation of cloudwatch unchanged in %s',
  async (protocol, clientOf) => {
    expect(await failuresOf('cloudwatch', clientOf, protocol !== 'query')).toEqual([]);
  },
  LIMIT_MS,
);

async function failuresOf(name: ServiceName, clientOf: (typeof sdkClients)[ServiceName], canBeEmpty: boolean) {
  const { operations } = await catalogue[name].load();
  const echoed = await echo([name]);
  const wire = createWire({ services: echoed.services, logger: silentLogger() });
  const client = await clientOf(inProcessHandler(wire));
  const sample = sampler(seeded(SEED), canBeEmpty);
  const failures: string[] = [];
  for (const operation of operations.values()) {
    if (operation.takesEvents || operation.givenEvents || EXPLAINED[`${name}:${operation.name}`]) continue;
    // Bodies are streams, which the contract tests of S3 carry.
    if (name === 's3' && (isStreamed(operation.input) || isStreamed(operation.output))) continue;
    for (let round = 0; round < SAMPLES; round += 1) {
      const input = name === 's3' ? forS3(sample(operation.input)) : sample(operation.input);
      const output = withStatus(operation.output, sample(operation.output));
      echoed.reply = structuredClone(output);
      echoed.seen = undefined;
      const failure = await roundTrip(client, operation, input, output, () => echoed.seen?.input);
      if (failure) failures.push(`${operation.name}: ${failure}`);
    }
  }
  return failures;
}

async function roundTrip(client: AnyClient, operation: Operation, input: object, output: object, seen: () => unknown) {
  try {
    const answer = await client.call(operation.name, structuredClone(input));
    const arrived = withoutFilledTokens(operation.input, seen(), input);
    return difference(plain(input), plain(arrived), 'input') ?? difference(plain(output), plain(answer), 'output');
  } catch (cause) {
    return String(cause).slice(0, 200);
  }
}

/** The client reads the HTTP status into this member. */
function withStatus(shape: Shape, output: Record<string, unknown>) {
  const status =
    kindOf(shape) === 'unit' ? undefined : membersOf(shape).find((m) => traitsOf(m.shape).httpResponseCode);
  return status ? { ...output, [status.name]: 200 } : output;
}

/** Clients fill idempotency tokens in by themselves. */
function withoutFilledTokens(shape: Shape, arrived: unknown, sent: object) {
  const tokens = new Set(membersOf(shape).flatMap((m) => (m.shape.isIdempotencyToken() ? [m.name] : [])));
  return Object.fromEntries(
    Object.entries(arrived as object).filter(
      ([member]) => member in sent || !(tokens.has(member) || member === 'ChecksumAlgorithm'),
    ),
  );
}
