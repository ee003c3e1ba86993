import { type Alarms, PortError } from '../engine/ports.ts';
import type { AwsClients } from './clients.ts';
import { callPort } from './port-error.ts';

/** Alarms through CloudWatch, composite ones included. An alarm that does not exist cannot be read. */
export const createAlarms = (clients: Pick<AwsClients, 'cloudwatch'>): Alarms => ({
  active: (scope, names) =>
    callPort(async () => {
      const { DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
      const command = new DescribeAlarmsCommand({
        AlarmNames: [...names],
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      });
      const { MetricAlarms = [], CompositeAlarms = [] } = await (await clients.cloudwatch(scope)).send(command);
      const found = [...MetricAlarms, ...CompositeAlarms];
      const missing = names.filter((name) => !found.some((alarm) => alarm.AlarmName === name));
      if (missing.length > 0) throw new PortError('missing', `there is no alarm ${missing.join(', ')}`);
      return names.filter((name) => found.some((alarm) => alarm.AlarmName === name && alarm.StateValue === 'ALARM'));
    }),
});
