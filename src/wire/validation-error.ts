import { ApiError } from './api-error.ts';
import type { ProtocolName } from './catalogue.ts';
import type { Violation } from './types.ts';

/** The error that AWS services without words of their own answer to input that breaks the model. */
export function validationError(protocol: ProtocolName, violations: readonly Violation[]): ApiError {
  switch (protocol) {
    case 'aws-json':
    case 'rest-json':
      return new ApiError('ValidationException', summary(violations));
    case 'aws-query':
      return new ApiError('ValidationError', summary(violations));
    case 'rest-xml':
      return new ApiError(
        'MalformedXML',
        'The XML you provided was not well-formed or did not validate against our published schema',
      );
    case 'ec2-query':
      return ec2Error(violations);
  }
}

function summary(violations: readonly Violation[]): string {
  const noun = violations.length === 1 ? 'error' : 'errors';
  return `${violations.length} validation ${noun} detected: ${violations.map(({ message }) => message).join('; ')}`;
}

function ec2Error(violations: readonly Violation[]): ApiError {
  const absent = violations.find(({ kind }) => kind === 'missing');
  if (absent) return new ApiError('MissingParameter', `The request must contain the parameter ${absent.path}`);
  return new ApiError('InvalidParameterValue', summary(violations));
}
