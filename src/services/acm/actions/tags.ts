import type {
  AddTagsToCertificateCommand,
  ListTagsForCertificateCommand,
  RemoveTagsFromCertificateCommand,
} from '@aws-sdk/client-acm';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { AcmDeps } from '../deps.ts';
import { certificatesIn } from '../shelf.ts';
import { checkedTags, shownTags, withoutTags, type TagSet } from '../tags.ts';
import { ofFile } from './import-certificate.ts';

export const addTagsToCertificate =
  (deps: AcmDeps): Action<typeof AddTagsToCertificateCommand> =>
  (input, ctx) =>
    changeTags(deps, ctx, input.CertificateArn, (tags) => checkedTags(input.Tags, tags));

export const removeTagsFromCertificate =
  (deps: AcmDeps): Action<typeof RemoveTagsFromCertificateCommand> =>
  (input, ctx) =>
    changeTags(deps, ctx, input.CertificateArn, (tags) => withoutTags(tags, input.Tags));

export const listTagsForCertificate =
  ({ store, shelf }: AcmDeps): Action<typeof ListTagsForCertificateCommand> =>
  async (input, ctx) => {
    const { tags } = await shelf.require(store, ctx, input.CertificateArn);
    return { Tags: shownTags(tags) };
  };

const changeTags = ({ store, shelf }: AcmDeps, scope: Scope, arn: string, change: (tags: TagSet) => TagSet) =>
  store.transaction(async (tx) => {
    const record = await shelf.require(tx, scope, arn);
    if (record.file !== undefined) throw ofFile(record.file);
    await certificatesIn(tx).put(scope, arn, { ...record, tags: change(record.tags) });
  });
