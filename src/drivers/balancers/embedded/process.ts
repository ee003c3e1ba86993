/**
 * The balancer's own process: `node balancer.js FOLDER HOST`. It is started by the embedded driver, outlives it, and
 * ends when told to or when its folder is gone.
 */
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { ControlServer } from './control-server.ts';
import { placesIn } from './places.ts';
import { findRecorded, identify, writeIdentity } from './process-identity.ts';
import { Fronts } from './traffic/fronts.ts';
import { Plane } from './traffic/plane.ts';
import { openPortMemory } from './traffic/port-memory.ts';

const FOLDER_CHECK = 2000;

async function run(folder: string, host: string): Promise<void> {
  const places = placesIn(folder);
  const self = identify(process.pid);
  if (!self) throw new Error('the start time of this process cannot be read');
  if (findRecorded(places.pidFile)) throw new Error(`a balancer already runs in ${folder}`);
  writeIdentity(places.pidFile, self);

  const plane = new Plane(new Fronts(host, openPortMemory(folder)), () => control.announce());
  const stop = () => {
    plane.close();
    // After a takeover of the folder these belong to another process.
    if (findRecorded(places.pidFile)?.pid === process.pid) {
      rmSync(places.socket, { force: true });
      rmSync(places.pidFile, { force: true });
    }
    // The control connection ends with the process, which is how the driver learns that it has ended.
    setImmediate(() => process.exit(0));
  };
  const control = new ControlServer({
    info: { pid: process.pid, host },
    apply: (config) => plane.apply(config),
    observe: () => plane.observe(),
    stop,
  });
  rmSync(places.socket, { force: true });
  await control.listen(places.socket);
  chmodSync(places.socket, 0o600);
  // A terminal's Ctrl-C reaches the whole session; whether the balancer ends is the driver's to say.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  process.on('SIGTERM', stop);
  setInterval(() => {
    if (!existsSync(places.pidFile)) stop();
  }, FOLDER_CHECK);
  process.send?.('ready');
  process.on('disconnect', () => undefined);
}

// One request's mistake must not end everybody's traffic; it is written down and the process goes on.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${new Date().toISOString()} ${error.stack}\n`);
});

const [folder, host] = process.argv.slice(2);
if (folder === undefined || host === undefined) {
  process.stderr.write('usage: balancer FOLDER HOST\n');
  process.exit(2);
}
run(folder, host).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
