import type { Role, Tag } from '@aws-sdk/client-iam';
import { encodeDocument } from './policy-document.ts';
import type { RoleRecord } from './records.ts';

/** A role as CreateRole answers it; the others add to it. */
export function shownRole(record: RoleRecord): Role {
  return {
    Path: record.path,
    RoleName: record.name,
    RoleId: record.id,
    Arn: record.arn,
    CreateDate: new Date(record.createdAt),
    AssumeRolePolicyDocument: encodeDocument(record.trustPolicy),
    ...(record.description === undefined ? {} : { Description: record.description }),
  };
}

export const shownTags = (tags: RoleRecord['tags']): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
