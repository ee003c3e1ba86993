import { clientError } from '../faults.ts';
import { needsFargate, type Registration } from './registration.ts';

const ON_FARGATE = ['awslogs', 'splunk', 'awsfirelens'];

/** Rows 39 and 42-44 of the specification, as far as they are about logs. @throws {ClientException} */
export function checkLogging(input: Registration): void {
  const isFargate = needsFargate(input);
  for (const { logConfiguration } of input.containerDefinitions ?? []) {
    if (!logConfiguration) continue;
    const { logDriver = '', options = {} } = logConfiguration;
    if (isFargate && !ON_FARGATE.includes(logDriver))
      throw clientError(`${logDriver} is not a valid log driver. Must be one of [${ON_FARGATE.join(',')}]`);
    if (logDriver === 'awslogs') checkAwslogs(options, isFargate, input.executionRoleArn);
  }
}

function checkAwslogs(options: Record<string, string>, isFargate: boolean, role: string | undefined): void {
  const missing = ['awslogs-region', 'awslogs-group'].filter((name) => !options[name]);
  if (missing.length > 0) throw clientError(`Log driver awslogs requires options: ${missing.join(', ')}`);
  if (!isFargate) return;
  if (!options['awslogs-stream-prefix'])
    throw clientError(
      'Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.',
    );
  if (!role)
    throw clientError('Fargate requires task definition to have execution role ARN to support log driver awslogs.');
}
