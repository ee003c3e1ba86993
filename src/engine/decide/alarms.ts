import type { Deployment } from '../deployment.ts';
import type { Ending } from './decision.ts';
import { error, forbidden, stop } from './endings.ts';
import { isWatched } from './native-rules.ts';
import type { Observed } from './observed.ts';

/** Whether alarms end the deployment. A rollback is never stopped by the alarm that caused it. */
export function decideByAlarms(deployment: Deployment, alarms: Observed['alarms']): Ending | undefined {
  const { release } = deployment;
  if (!alarms || release.undo || release.alarms.names.length === 0) return undefined;
  if (release.native && (!isWatched(deployment) || deployment.progress.ignoresAlarms)) return undefined;
  if (alarms.is === 'seen') {
    if (alarms.value.length === 0) return undefined;
    const names = alarms.value.map((name) => `<${name}>`).join(' ');
    const message = `One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: ${names}`;
    return stop(deployment, error('ALARM_ACTIVE', message), 'DEPLOYMENT_STOP_ON_ALARM');
  }
  if (release.alarms.ignorePollFailure || alarms.fault === 'throttled') return undefined;
  const because =
    alarms.fault === 'forbidden'
      ? forbidden(deployment, 'AmazonCloudWatch')
      : error('ALARM_ACTIVE', `The state of the alarms could not be read: ${alarms.message}`);
  return stop(deployment, because, 'DEPLOYMENT_STOP_ON_ALARM');
}
