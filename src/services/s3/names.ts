import { ApiError } from '../../wire/api-error.ts';

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const LONGEST_KEY_BYTES = 1024;
/** S3's own, for access points and the like. */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

/** Source: S3 User Guide, general purpose bucket naming rules. */
const isBucketName = (name: string): boolean =>
  BUCKET.test(name) && !/\.\.|\.-|-\./.test(name) && !/^\d+\.\d+\.\d+\.\d+$/.test(name) && !RESERVED.test(name);

/** @throws `InvalidBucketName` */
export function checkBucketName(name: string): void {
  if (!isBucketName(name))
    throw new ApiError('InvalidBucketName', 'The specified bucket is not valid.', 400, {
      details: { BucketName: name.slice(0, 255) },
    });
}

/** @throws `KeyTooLongError` */
export function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > LONGEST_KEY_BYTES)
    throw new ApiError('KeyTooLongError', 'Your key is too long', 400, {
      details: { Size: String(size), MaxSizeAllowed: String(LONGEST_KEY_BYTES) },
    });
}
