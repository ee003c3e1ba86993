import type { GetCertificateCommand } from '@aws-sdk/client-acm';
import type { Action } from '../../../wire/types.ts';
import type { AcmDeps } from '../deps.ts';

export const getCertificate =
  ({ store, shelf }: AcmDeps): Action<typeof GetCertificateCommand> =>
  async (input, ctx) => {
    const { certificate, chain } = await shelf.require(store, ctx, input.CertificateArn);
    return { Certificate: certificate, CertificateChain: chain };
  };
