import type { Material } from './checked-material.ts';

/** A certificate as the store keeps it, private key included: the data folder is its owner's alone. */
export interface CertificateRecord extends Material {
  readonly arn: string;
  /** Of the first import. */
  readonly createdAt: number;
  /** Of the latest import. */
  readonly importedAt: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Never in the store: the file that it was read from at start. */
  readonly file?: string;
}
