import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ActionRecord } from '../records.ts';

/**
 * An action as AWS shows it: a forward to one group carries its ARN beside the config, a forward to several the config
 * only; weights always, 0 too. Source: platform spec 10.6.
 */
export const shownAction = (action: ActionRecord): Action => ({
  ...shownKind(action),
  ...(action.order !== undefined && { Order: action.order }),
});

function shownKind(action: ActionRecord): Action {
  switch (action.type) {
    case 'forward': {
      const [only, ...others] = action.groups;
      return {
        Type: 'forward',
        ...(only && others.length === 0 && { TargetGroupArn: only.targetGroupArn }),
        ForwardConfig: {
          TargetGroups: action.groups.map(({ targetGroupArn, weight }) => ({
            TargetGroupArn: targetGroupArn,
            Weight: weight,
          })),
          TargetGroupStickinessConfig:
            action.stickinessSeconds === undefined
              ? { Enabled: false }
              : { Enabled: true, DurationSeconds: action.stickinessSeconds },
        },
      };
    }
    case 'fixed-response':
      return {
        Type: 'fixed-response',
        FixedResponseConfig: {
          StatusCode: action.statusCode,
          ...(action.contentType !== undefined && { ContentType: action.contentType }),
          ...(action.messageBody !== undefined && { MessageBody: action.messageBody }),
        },
      };
    case 'redirect':
      return {
        Type: 'redirect',
        RedirectConfig: {
          Protocol: action.protocol,
          Port: action.port,
          Host: action.host,
          Path: action.path,
          Query: action.query,
          StatusCode: action.statusCode,
        },
      };
  }
}
