import { cbor } from '@smithy/core/cbor';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { serve, service, signedFor } from '../../test/wire/serve.ts';
import { ApiError } from './api-error.ts';
import { checkCbor } from './protocols/cbor-check.ts';
import type { AnyActions } from './types.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

const cloudwatch: AnyActions = {
  GetMetricStatistics: ({ StartTime, Period }: { StartTime: Date; Period: number }) => ({
    Label: `${StartTime.toISOString()} ${Period}`,
    Datapoints: [{ Timestamp: StartTime, Sum: 5 }],
  }),
  DescribeAlarms: () => ({ MetricAlarms: [{ Period: 60, Threshold: 60 }] }),
  DeleteAlarms: () => {
    throw new ApiError('ResourceNotFound', 'there is none', 404);
  },
};

async function ask(operation: string, body: Uint8Array, headers: Record<string, string> = {}) {
  await using wire = await serve([service('cloudwatch', cloudwatch, { onInvalidInput: () => undefined })]);
  const response = await fetch(`${wire.url}/service/GraniteServiceVersion20100801/operation/${operation}`, {
    method: 'POST',
    headers: {
      'smithy-protocol': 'rpc-v2-cbor',
      'content-type': 'application/cbor',
      ...signedFor('monitoring'),
      ...headers,
    },
    body: Buffer.from(body),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const value = cbor.deserialize(bytes) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, value, bytes: Buffer.from(bytes).toString('hex') };
}

it('reads maps of open length, half floats for integers, instants of every width, and null as absent', async () => {
  // {_ "StartTime": 1(1700000000), "Period": half 60.0, "Unit": null}
  const body = hex('bf 69537461727454696d65 c11a6553f100 66506572696f64 f95380 64556e6974 f6 ff');
  const answer = await ask('GetMetricStatistics', body);

  expect(answer.value['Label']).toBe('2023-11-14T22:13:20.000Z 60');
  expect(answer.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
  expect(answer.headers.get('content-type')).toBe('application/cbor');
});

it('writes doubles as doubles and integers as integers, whole or not', async () => {
  const { bytes } = await ask('DescribeAlarms', hex('a0'));

  expect(bytes).toContain(`${Buffer.from('Period').toString('hex')}183c`);
  expect(bytes).toContain(`${Buffer.from('Threshold').toString('hex')}fb404e000000000000`);
});

it('names an error as the shape, and for clients from the days of query as query did', async () => {
  const plain = await ask('DeleteAlarms', hex('a0'));
  const compatible = await ask('DeleteAlarms', hex('a0'), { 'x-amzn-query-mode': 'true' });

  expect(plain.status).toBe(404);
  expect(plain.value).toEqual({ __type: 'ResourceNotFound', message: 'there is none' });
  expect(plain.headers.get('x-amzn-query-error')).toBeNull();
  expect(compatible.headers.get('x-amzn-query-error')).toBe('ResourceNotFound;Sender');
});

it('answers an operation that is not served with an error that names it', async () => {
  const { status, value } = await ask('ListDashboards', hex('a0'));

  expect(status).toBe(400);
  expect(value['message']).toContain('cloudwatch:ListDashboards');
});

it('refuses a body of more than 1 MiB when it is inflated', async () => {
  const { status } = await ask('DescribeAlarms', gzipSync(Buffer.alloc(2_000_000)), { 'content-encoding': 'gzip' });

  expect(status).toBe(413);
});

it.each([
  ['a list that claims more than there is', '9a ffffffff 00'],
  ['a map that claims more than there is', 'bb 7fffffffffffffff'],
  ['text that claims more than there is', '7a ffffffff 61'],
  ['a number of a million digits', 'c2 5a000f4240 00'],
  ['a decimal with an endless exponent', 'c4 82 1a0fffffff 01'],
  ['an end within a number', '1a 0000'],
  ['a list without its break', '9f 01'],
  ['something after the end', 'a0 a0'],
  ['nesting beyond measure', `${'81'.repeat(100_000)}00`],
])('refuses %s before it is decoded', async (_what, bytes) => {
  expect(() => checkCbor(hex(bytes))).toThrow();

  const { status, value } = await ask('DescribeAlarms', hex(bytes));
  expect(status).toBe(400);
  expect(value['__type']).toBe('SerializationException');
});

it('lets through everything that the encoder writes', () => {
  for (const value of [{}, [], { a: [1, -1, 2 ** 40, 0.5, 'é', true, null], b: new Uint8Array([1, 2]) }])
    expect(() => checkCbor(cbor.serialize(value))).not.toThrow();
});
