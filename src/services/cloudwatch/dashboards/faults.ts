import { fault } from '../../../wire/api-error.ts';
import type { BodyFault } from './body-faults.ts';

export const noSuchDashboard = async (names: readonly string[]): Promise<Error> => {
  const { DashboardNotFoundError } = await import('@aws-sdk/client-cloudwatch');
  return fault(DashboardNotFoundError, `Dashboard ${names.join(', ')} does not exist`);
};

/** Source: answers that users of Terraform have quoted; the words of single faults are those of a JSON schema. */
export const invalidBody = async (faults: readonly BodyFault[]): Promise<Error> => {
  const { DashboardInvalidInputError } = await import('@aws-sdk/client-cloudwatch');
  const listed = faults.map(({ path, message }) => ({ ...(path !== '' && { dataPath: path }), message }));
  return fault(
    DashboardInvalidInputError,
    `The dashboard body is invalid, there are ${faults.length} validation errors:\n${JSON.stringify(listed, null, 2)}`,
    { dashboardValidationMessages: faults.map(({ path, message }) => ({ DataPath: path, Message: message })) },
  );
};

export const invalidInput = async (message: string): Promise<Error> => {
  const { DashboardInvalidInputError } = await import('@aws-sdk/client-cloudwatch');
  return fault(DashboardInvalidInputError, message, { dashboardValidationMessages: [] });
};
