import { readCertificateFiles, type CertificateFile } from '../services/acm/certificate-files.ts';
import type { GivenNetwork } from '../services/ec2/given/given-network.ts';
import { readGiven } from '../services/ec2/given/parse-given.ts';
import type { PlatformOptions } from './options.ts';

/** What is read from files when Teal starts. */
export interface Given {
  /** For HTTPS listeners. */
  readonly certificates: readonly CertificateFile[];
  readonly network: GivenNetwork;
}

/** @throws Error that names a file that cannot be read or understood */
export const readGivenFiles = ({ certificates, network = [] }: PlatformOptions): Given => ({
  certificates: certificates === undefined ? [] : readCertificateFiles(certificates),
  network: readGiven(network),
});
