import type { DescribeCertificateCommand } from '@aws-sdk/client-acm';
import type { Action } from '../../../wire/types.ts';
import type { AcmDeps } from '../deps.ts';
import { shownDetail } from '../shown.ts';

export const describeCertificate =
  ({ store, shelf, users, clock }: AcmDeps): Action<typeof DescribeCertificateCommand> =>
  async (input, ctx) => {
    const record = await shelf.require(store, ctx, input.CertificateArn);
    const used = await users.usedBy(store, ctx);
    return { Certificate: shownDetail(record, used.get(record.arn) ?? [], clock.now().getTime()) };
  };
