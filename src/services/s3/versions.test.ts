import { expect, it } from 'vitest';
import type { ObjectVersion } from './records.ts';
import { currentOf, filesOf, withoutVersion, withVersion } from './versions.ts';

const version = (versionId: string, file: string): ObjectVersion => ({
  kind: 'object',
  versionId,
  modifiedAt: 0,
  etag: file,
  size: 1,
  segments: [{ file, size: 1 }],
  head: { contentType: 'text/plain', metadata: {} },
  tags: {},
});

it('drops what is replaced where there are no versions', () => {
  const first = withVersion('k', undefined, version('null', 'one'));
  const second = withVersion('k', first.record, version('null', 'two'));

  expect(filesOf(second.record?.versions ?? [])).toEqual(['two']);
  expect(filesOf(second.dropped)).toEqual(['one']);
});

it('hides versions behind a marker until it goes', () => {
  const put = withVersion('k', undefined, version('v1', 'one'));
  const hidden = withVersion('k', put.record, { kind: 'marker', versionId: 'v2', modifiedAt: 1 });
  const again = withoutVersion('k', hidden.record, 'v2');

  expect([currentOf(hidden.record), currentOf(again.record)?.versionId]).toEqual([undefined, 'v1']);
});

it('leaves no record when the last version goes', () => {
  const put = withVersion('k', undefined, version('v1', 'one'));

  expect(withoutVersion('k', put.record, 'v1').record).toBeUndefined();
});
