import {
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type ContainerDefinition,
  type ContainerOverride,
} from '@aws-sdk/client-ecs';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerUnavailable, ensureNodeImage } from '../support/docker-image.ts';
import { eventually } from '../support/eventually.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const withoutDocker = await dockerUnavailable();
const RUNTIMES = [
  { runtime: 'process', node: process.execPath, unavailable: undefined },
  { runtime: 'docker', node: '/usr/local/bin/node', unavailable: withoutDocker },
] as const;
const PATIENT = 120_000;
const FAILED =
  'ResourceInitializationError: failed to download env files: file download command: non empty error stream: service call has been retried 1 time(s): ';

const file = (key: string) => ({ type: 's3' as const, value: `arn:aws:s3:::settings/${key}` });

/** A program that ends well when its environment is as told. */
const expecting = (wanted: Record<string, string | null>): string =>
  `for (const [name, value] of Object.entries(${JSON.stringify(wanted)})) if ((process.env[name] ?? null) !== value) process.exit(9);`;

describe.each(RUNTIMES)('environment files on the $runtime runtime', ({ runtime, node, unavailable }) => {
  describe.skipIf(unavailable !== undefined && !process.env['CI'])(unavailable ?? 'which answers', () => {
    let teal: TestTeal;
    let image = 'node';
    let families = 0;
    beforeAll(async () => {
      teal = await startTestTeal({ runtime });
      if (runtime === 'docker') image = await ensureNodeImage();
      await teal.s3.send(new CreateBucketCommand({ Bucket: 'settings' }));
      await put('one.env', '# comment\nA=from one\nB="quoted $A"\n\nC=\nSHARED=one\n');
      await put('two.env', 'SHARED=two\r\nD=from two\r\nE=file');
    });
    afterAll(() => teal.close());

    const put = (Key: string, Body: string) => teal.s3.send(new PutObjectCommand({ Bucket: 'settings', Key, Body }));

    async function run(script: string, members: Partial<ContainerDefinition>, override?: ContainerOverride) {
      const family = `files-${(families += 1)}`;
      const web = { name: 'web', image, memory: 128, command: [node, '-e', script], ...members };
      await teal.ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions: [web] }));
      const { tasks = [] } = await teal.ecs.send(
        new RunTaskCommand({
          taskDefinition: family,
          ...(override && { overrides: { containerOverrides: [{ name: 'web', ...override }] } }),
        }),
      );
      return eventually('the task to stop', async () => {
        const found = await teal.ecs.send(new DescribeTasksCommand({ tasks: [tasks[0]?.taskArn ?? ''] }));
        return found.tasks?.[0]?.lastStatus === 'STOPPED' ? found.tasks[0] : undefined;
      });
    }

    it(
      'gives a container what its files say, the first before the others and the definition before all',
      async () => {
        const wanted = { A: 'from one', B: '"quoted $A"', C: null, SHARED: 'one', D: 'from two', E: 'definition' };
        const task = await run(expecting(wanted), {
          environmentFiles: [file('one.env'), file('two.env')],
          environment: [{ name: 'E', value: 'definition' }],
        });

        expect(task.containers?.[0]?.exitCode).toBe(0);
      },
      PATIENT,
    );

    it(
      'reads the files of an override instead of those of the definition',
      async () => {
        const wanted = { A: null, SHARED: 'two', D: 'override' };
        const task = await run(
          expecting(wanted),
          { environmentFiles: [file('one.env')] },
          { environmentFiles: [file('two.env')], environment: [{ name: 'D', value: 'override' }] },
        );

        expect(task.containers?.[0]?.exitCode).toBe(0);
      },
      PATIENT,
    );

    it.each([
      ['arn:aws:s3:::settings/none.env', 'NoSuchKey: The specified key does not exist. status code: 404'],
      ['arn:aws:s3:::nowhere/one.env', 'NoSuchBucket: The specified bucket does not exist status code: 404'],
    ])('stops a task whose file %s cannot be read, and says why', async (value, why) => {
      const task = await run('', { environmentFiles: [{ type: 's3', value }] });

      expect(task.stopCode).toBe('TaskFailedToStart');
      expect(task.stoppedReason).toContain(`${FAILED}${why}`);
      expect(task.stoppedReason).toContain(`'${value}' (container 'web')`);
      expect(task.containers?.[0]?.exitCode).toBeUndefined();
    });
  });
});
