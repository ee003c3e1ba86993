import { describe, expect, it } from 'vitest';
import { freePort } from '../../../../test/support/free-port.ts';
import { millis } from '../../../kernel/span.ts';
import type { HealthCheckConfig, TargetObservation } from '../balancer.ts';
import { forwardTo, groupOf, HEALTH_CHECK, listenerOf } from '../testing/configs.ts';
import type { Stage } from '../testing/stage.ts';

export function healthSemantics(stage: () => Stage): void {
  const unhealthy = async (arn: string, port: number, check: Partial<HealthCheckConfig> = {}) => {
    const group = groupOf(arn, [port], { healthCheck: { ...HEALTH_CHECK, ...check } });
    await stage().apply([listenerOf([forwardTo({ [arn]: 1 })])], [group]);
    const { reason, description } = (await stage().target(arn, 'unhealthy')) satisfies TargetObservation;
    return [reason, description];
  };

  describe('health checks', () => {
    it('say which code they found where another was wanted', async () => {
      const backend = await stage().backend('web');

      expect(await unhealthy('h-code', backend.port, { matcher: '201-299' })).toEqual([
        'Target.ResponseCodeMismatch',
        'Health checks failed with these codes: [200]',
      ]);
    });

    it('say that a target took too long', async () => {
      const backend = await stage().backend('web', () => undefined);

      expect(await unhealthy('h-late', backend.port, { path: '/late', timeout: millis(100) })).toEqual([
        'Target.Timeout',
        'Request timed out',
      ]);
    });

    it('say that a target refused', async () => {
      const closed = await freePort();

      expect(await unhealthy('h-refused', closed)).toEqual(['Target.FailedHealthChecks', 'Health checks failed']);
    });

    it('ask as ELB does, on the port of their own where they have one', async () => {
      const seen: unknown[] = [];
      const checked = await stage().backend('checked', ({ method, url, headers }, response) => {
        seen.push([method, url, headers['user-agent'], headers.host, headers.connection]);
        response.end();
      });
      const healthCheck = { ...HEALTH_CHECK, port: checked.port, path: '/ready?deep=1' };
      const group = groupOf('h-port', [await freePort()], { healthCheck });

      await stage().apply([listenerOf([forwardTo({ 'h-port': 1 })])], [group]);
      await stage().target('h-port', 'healthy');

      expect(seen[0]).toEqual(['GET', '/ready?deep=1', 'ELB-HealthChecker/2.0', `127.0.0.1:${checked.port}`, 'close']);
    });

    it('stop when no listener uses the group any more, and begin anew when one does', async () => {
      const backend = await stage().backend('web');
      const group = groupOf('h-use', [backend.port]);
      const listeners = [listenerOf([forwardTo({ 'h-use': 0 })])];
      await stage().apply(listeners, [group]);
      await stage().target('h-use', 'healthy');

      await stage().apply([], [{ ...group, inUse: false }]);
      const unused = (await stage().group('h-use')).targets[0];
      await stage().apply(listeners, [group]);

      expect(unused).toMatchObject({ health: 'unused', reason: 'Target.NotInUse' });
      expect((await stage().target('h-use', 'healthy')).reason).toBeUndefined();
    });
  });
}
