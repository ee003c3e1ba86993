import type { Drivers } from '../drivers/open-drivers.ts';
import type { Bell } from '../kernel/bell.ts';
import type { DataFolder } from '../server/data-folder.ts';
import type { Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Wire } from '../wire/dispatch.ts';
import type { Clients } from './clients.ts';
import type { Engines } from './engines.ts';
import type { PlatformOptions } from './options.ts';
import type { Services } from './services.ts';

/** What the platform stands on; a reset leaves it, apart from what is in the store. */
export interface Foundation extends PlatformOptions {
  readonly folder: DataFolder;
  readonly store: Store;
  readonly telemetry: Telemetry;
  /** The URL of Teal's API. */
  readonly endpoint: () => string;
}

/** What services and engines are built with. */
export interface Parts extends Foundation {
  readonly bell: Bell;
  readonly drivers: Drivers;
  readonly clients: Clients;
}

/** Everything that a reset replaces. */
export interface Platform {
  readonly wire: Wire;
  readonly services: Services;
  readonly engines: Engines;
  readonly drivers: Drivers;
  /** `leaveRunning` keeps tasks and traffic as they are. */
  close(options: { readonly leaveRunning: boolean }): Promise<void>;
}
