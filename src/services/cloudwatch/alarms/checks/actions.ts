import { parseArn } from '../../../../kernel/arn.ts';
import { validationError } from '../faults.ts';

/** Whose ARNs AWS takes as actions. Teal performs those of SNS and Lambda, and scaling policies look for themselves; others fail in the alarm's history. */
const VENDORS = ['sns', 'lambda', 'autoscaling', 'automate', 'swf', 'ssm', 'ssm-incidents', 'aiops'];

export interface RequestedActions {
  readonly OKActions?: string[] | undefined;
  readonly AlarmActions?: string[] | undefined;
  readonly InsufficientDataActions?: string[] | undefined;
}

/** The actions of a request. @throws ValidationError for what is no ARN, or is one of a service that alarms cannot use */
export function checkedActions(input: RequestedActions) {
  const check = (arns: readonly string[] = []): readonly string[] => {
    for (const text of arns) {
      const service = parseArn(text)?.service;
      if (service === undefined) throw validationError(`Invalid arn syntax: ${text}`);
      if (!VENDORS.includes(service)) throw validationError(`Unsupported AWS vendor ${service}`);
    }
    return [...new Set(arns)];
  };
  return {
    okActions: check(input.OKActions),
    alarmActions: check(input.AlarmActions),
    insufficientDataActions: check(input.InsufficientDataActions),
  };
}
