import { version } from '../kernel/version.ts';
import type { Behind } from '../server/front.ts';
import { deploymentReadings } from '../services/codedeploy/readings.ts';
import { webhookSecret } from '../services/codedeploy/webhook-secret.ts';
import { httpListener } from '../wire/http.ts';
import type { CurrentPlatform } from './current-platform.ts';
import { healthOfParts } from './health.ts';
import type { Foundation, Platform } from './platform.ts';

export interface BehindOptions {
  readonly allowReset: boolean;
  /** When Teal was. */
  readonly startedAt: Date;
}

/** What the server's front asks, answered by the platform that there is; while there is none, questions wait. */
export function behind(
  { clock, logger, folder, store, telemetry }: Foundation,
  platform: CurrentPlatform,
  { allowReset, startedAt }: BehindOptions,
): Behind {
  return {
    allowReset,
    api: httpListener({ handle: async (request) => (await platform.get()).wire.handle(request) }),
    health: async () => ({
      status: 'ok',
      version: version(),
      uptimeSeconds: Math.round((clock.now().getTime() - startedAt.getTime()) / 1000),
      timeScale: clock.timeScale,
      data: folder.path,
      parts: await healthOfParts(await platform.get()),
    }),
    async reset() {
      await platform.replace();
      logger.warn('everything was reset');
    },
    async deployment(scope, id) {
      const found = await (await platform.get()).engines.codedeploy.deployments.get(scope, id);
      return found && { id, status: found.status, wait: found.progress.wait, timeScale: clock.timeScale };
    },
    task: async (question) => (await platform.get()).services.containers.answerTask(question),
    signingCertificate: async () => (await platform.get()).services.topics.signingCertificate(),
    async webhookSecret(scope) {
      await platform.get();
      return webhookSecret(store, scope);
    },
    metrics: async () => telemetry.page(readingsOf(await platform.get())),
  };
}

/** What Prometheus is told of the parts. */
const readingsOf = ({ services, engines }: Platform) => ({
  elb: services.balancing.readings,
  ecs: services.containers.readings,
  codedeploy: deploymentReadings(engines.codedeploy.deployments),
});
