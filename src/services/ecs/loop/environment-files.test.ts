import { expect, it } from 'vitest';
import { openStore } from '../../../store/open-store.ts';
import type { EcsDeps } from '../deps.ts';
import { tasks, type TaskRecord } from '../records/task.ts';
import { environmentFilesOf, withEnvironmentFiles } from './environment-files.ts';
import type { TaskWork } from './task-work.ts';

const scope = { account: '111122223333', region: 'us-east-1' };
const file = (key: string) => ({ type: 's3' as const, value: `arn:aws:s3:::b/${key}` });

/** Of a task only what is looked at here. */
const RECORD = {
  id: 't',
  version: 1,
  environmentFiles: [{ container: 'web', files: ['arn:aws:s3:::b/one.env', 'arn:aws:s3:::b/two.env'] }],
  spec: {
    containers: [
      { name: 'web', environment: { C: 'own' } },
      { name: 'side', environment: {} },
    ],
  },
} as unknown as TaskRecord;

it('stores what the files say with the task, and reads nothing again for a start that is repeated', async () => {
  const store = await openStore(':memory:');
  const held: Record<string, string> = { 'one.env': 'A=1\nB=1\nC=1', 'two.env': 'B=2\nD=2' };
  const asked: string[] = [];
  const objects: EcsDeps['objects'] = {
    async read(_scope, { key }) {
      asked.push(key);
      return { isRead: true, bytes: Buffer.from(held[key] ?? ''), etag: '' };
    },
  };
  const work = (task: TaskRecord) => ({ deps: { store, objects }, scope, task }) as unknown as TaskWork;
  await tasks(store).insert(scope, 't', RECORD);

  await withEnvironmentFiles(work(RECORD));
  held['one.env'] = 'A=changed';
  const stored = await tasks(store).get(scope, 't');
  const again = await withEnvironmentFiles(work(stored ?? RECORD));

  expect(again).toEqual(stored);
  expect(stored?.spec.containers.map(({ environment }) => environment)).toEqual([
    { A: '1', B: '1', C: 'own', D: '2' },
    {},
  ]);
  expect(asked).toEqual(['one.env', 'two.env']);
  await store.close();
});

it('takes the files of an override instead of those of the definition, also when it has none', () => {
  const definitions = ['web', 'side'].map((name) => ({ name, environmentFiles: [file(`${name}.env`)] }));
  const overrides = { containerOverrides: [{ name: 'side', environmentFiles: [] }] };

  expect(environmentFilesOf(definitions, overrides)).toEqual([{ container: 'web', files: ['arn:aws:s3:::b/web.env'] }]);
});
