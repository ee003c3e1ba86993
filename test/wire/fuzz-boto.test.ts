import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { catalogue } from '../../src/wire/catalogue.ts';
import type { ServiceName } from '../../src/wire/types.ts';
import { startEchoServer } from './echo-server.ts';
import { python } from './python.ts';

const SCRIPT = fileURLToPath(new URL('fuzz_boto.py', import.meta.url));
/** It takes 13 seconds alone; a loaded machine may need several times that. */
const LIMIT_MS = 240_000;
/** boto3 has rules and checksums of its own for S3, which no random value gets through: test/e2e walks through it. */
const names = (Object.keys(catalogue) as ServiceName[]).filter((name) => name !== 's3');

it(
  'carries random inputs and outputs of every operation unchanged for boto3',
  async (test) => {
    const found = await python(['-c', 'import boto3']);
    test.skip(found.code !== 0 && !process.env['CI'], `python3 with boto3 is needed: ${found.output.trim()}`);
    const server = await startEchoServer(names);
    try {
      const { code, output } = await python([SCRIPT, server.url, ...names]);

      expect(output.split('\n').filter((line) => /^\w+:\w+: /.test(line))).toEqual([]);
      expect(code, output).toBe(0);
    } finally {
      await server.close();
    }
  },
  LIMIT_MS,
);
