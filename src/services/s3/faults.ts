import { ApiError } from '../../wire/api-error.ts';

/** S3's errors. Source: S3 API Reference, error responses; recordings of S3; "assumed" where neither has the words. */

export const noSuchBucket = (bucket: string): ApiError =>
  new ApiError('NoSuchBucket', 'The specified bucket does not exist', 404, { details: { BucketName: bucket } });

export const noSuchKey = (key: string, headers: Readonly<Record<string, string>> = {}): ApiError =>
  new ApiError('NoSuchKey', 'The specified key does not exist.', 404, { details: { Key: key }, headers });

export const noSuchVersion = (key: string, versionId: string): ApiError =>
  new ApiError('NoSuchVersion', 'The specified version does not exist.', 404, {
    details: { Key: key, VersionId: versionId },
  });

export const noSuchUpload = (uploadId: string): ApiError =>
  new ApiError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { details: { UploadId: uploadId } },
  );

export const invalidArgument = (message: string, name: string, value: string): ApiError =>
  new ApiError('InvalidArgument', message, 400, { details: { ArgumentName: name, ArgumentValue: value } });

export const invalidRequest = (message: string): ApiError => new ApiError('InvalidRequest', message);

export const malformedXml = (): ApiError =>
  new ApiError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

/** 400 where S3 has 501, which SDKs would try again. */
export const notImplemented = (what: string): ApiError =>
  new ApiError(
    'NotImplemented',
    `A header you provided implies functionality that is not implemented: Teal does not serve ${what} yet.`,
  );

export const preconditionFailed = (condition: string): ApiError =>
  new ApiError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    details: { Condition: condition },
  });
