import { join } from 'node:path';
import { closeDrivers, openDrivers } from './drivers/open-drivers.ts';
import { createBell } from './kernel/bell.ts';
import { behind } from './platform/behind.ts';
import { createClients } from './platform/clients.ts';
import { currentPlatform } from './platform/current-platform.ts';
import { createEngines } from './platform/engines.ts';
import { readGivenFiles } from './platform/given.ts';
import type { TealOptions } from './platform/options.ts';
import type { Foundation, Parts, Platform } from './platform/platform.ts';
import { createServices } from './platform/services.ts';
import { openDataFolder } from './server/data-folder.ts';
import { front } from './server/front.ts';
import { openHttpServer } from './server/http-server.ts';
import { openStore } from './store/open-store.ts';
import { openTelemetry } from './telemetry/telemetry.ts';
import { createWire, type Wire } from './wire/dispatch.ts';

export type { TealOptions } from './platform/options.ts';
export { defaultRuntime } from './drivers/open-drivers.ts';

export interface Teal {
  readonly url: string;
  /** Answers what `/_teal/health` shows. */
  health(): Promise<unknown>;
  /** `leaveRunning` keeps tasks and traffic as they are, for an upgrade; otherwise all that Teal started ends. */
  close(options?: { readonly leaveRunning?: boolean }): Promise<void>;
}

/** Builds a whole Teal and starts it; resolves when it is ready. */
export async function startTeal(options: TealOptions): Promise<Teal> {
  const startedAt = options.clock.now();
  const folder = openDataFolder(options.data);
  const telemetry = openTelemetry(folder.database, options.logger);
  const store = await openStore(folder.database, telemetry.countStatement).catch((cause: unknown) => {
    telemetry.close();
    throw cause;
  });
  // The platform is started once its address is known; what is asked before waits for it.
  let endpoint = '';
  let listening = (): void => undefined;
  const bound = new Promise<void>((resolve) => (listening = resolve));
  const foundation: Foundation = { ...options, folder, store, telemetry, endpoint: () => endpoint };
  const platform = currentPlatform(
    bound,
    () => startPlatform(foundation),
    () => store.reset(),
  );
  const answers = behind(foundation, platform, { allowReset: options.allowReset, startedAt });
  const server = await openHttpServer(options.host, options.port, front(answers)).catch(async (cause: unknown) => {
    telemetry.close();
    await store.close();
    throw cause;
  });
  endpoint = server.url;
  listening();
  const close = async ({ leaveRunning = false } = {}): Promise<void> => {
    const running = await platform.get().catch(() => undefined);
    await server.close();
    await running?.close({ leaveRunning });
    telemetry.close();
    await store.close();
  };
  try {
    await platform.get();
  } catch (cause) {
    await close({ leaveRunning: true });
    throw cause;
  }
  return { url: server.url, health: () => answers.health(), close };
}

/** Drivers first, which take up what an earlier Teal left running; then the services, then the engines. */
async function startPlatform(foundation: Foundation): Promise<Platform> {
  const { clock, logger, folder, telemetry } = foundation;
  const given = readGivenFiles(foundation);
  const bell = createBell(clock);
  const drivers = await openDrivers({
    ...foundation,
    folders: { ...folder, functions: join(folder.functions, 'sandboxes') },
    instance: folder.instance,
    onChange: () => bell.ring(),
  });
  // Services call each other as clients do, in process; the wire they reach is made of them.
  const reach: Pick<Wire, 'handle'> = { handle: (request) => wire.handle(request) };
  const clients = createClients(reach, foundation.sqsEndpoint);
  const parts: Parts = { ...foundation, bell, drivers, clients };
  const services = createServices(parts, given, () => engines.codedeploy.engine);
  const engines = createEngines(parts, services);
  const wire = createWire({
    services: services.all,
    logger: logger.with({ part: 'wire' }),
    onAnswered: telemetry.countCall,
  });
  for (const service of services.all) await service.start();
  await engines.start();
  return {
    wire,
    services,
    engines,
    drivers,
    async close({ leaveRunning }) {
      await engines.close();
      if (!leaveRunning) await services.containers.stopAllTasks();
      for (const service of [...services.all].reverse()) await service.close();
      clients.close();
      await closeDrivers(drivers, leaveRunning);
    },
  };
}
