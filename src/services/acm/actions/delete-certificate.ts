import { ResourceInUseException, type DeleteCertificateCommand } from '@aws-sdk/client-acm';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { AcmDeps } from '../deps.ts';
import { certificatesIn } from '../shelf.ts';
import { ofFile } from './import-certificate.ts';

export const deleteCertificate =
  ({ store, shelf, users }: AcmDeps): Action<typeof DeleteCertificateCommand> =>
  (input, ctx) =>
    store.transaction(async (tx) => {
      const { arn, file } = await shelf.require(tx, ctx, input.CertificateArn);
      if (file !== undefined) throw ofFile(file);
      if ((await users.usedBy(tx, ctx)).has(arn)) throw fault(ResourceInUseException, `Certificate ${arn} is in use.`);
      await certificatesIn(tx).remove(ctx, arn);
    });
