import type { RequestCertificateCommand } from '@aws-sdk/client-acm';
import type { Action } from '../../../wire/types.ts';
import { validationException } from '../faults.ts';

export const requestCertificate: Action<typeof RequestCertificateCommand> = ({ DomainName }) => {
  throw validationException(
    `Teal has no certificate authority that could issue a certificate for '${DomainName}'. Make or buy one and give it ` +
      "to ImportCertificate, or put it into the folder of 'teal up --certificates'.",
  );
};
