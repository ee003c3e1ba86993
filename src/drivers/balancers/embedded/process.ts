/**
 * The balancer's own process: `node balancer.js FOLDER HOST [PREDECESSOR]`. It is started by the embedded driver,
 * outlives it, and ends when told to or when its folder is gone.
 *
 * A newer program replaces it without a connection lost. The driver asks with `replace`; the older process starts the
 * newer one and gives it, over an IPC channel, its config, what it knows of targets, and its listening sockets:
 *
 *   older                                newer
 *     start ───────────────────────────▶  claim the folder
 *     ◀────────────────────────── ready
 *     inherit, doors, complete ────────▶  open every door, route by the config; now both accept
 *                                         move to the control socket's place and the pid file
 *     ◀──────────────────────── serving
 *     close the doors, answer the driver, send it away
 *     every connection ends by itself ◀─  apply, observe and stop are relayed, observations added up
 *     ended, exit ─────────────────────▶  keep the counts
 *
 * Who dies when:
 * - the newer one before `serving`, or it is late: the older kills it, moves back into its places and goes on as
 *   before. What the newer one had accepted by then is lost; the sockets are not.
 * - the older one before `complete`: the newer one ends, and the driver, which lost its connection, starts afresh.
 * - the older one after `complete`: the newer one has all it needs and goes on; meanwhile no third one can claim the
 *   folder. The older one's connections are lost.
 * - the newer one after `serving`: the older one ends what is idle, answers what is under way, and exits; nobody
 *   listens until the driver has started another.
 * - the driver at any time: the hand-over goes on without it, the next driver finds whoever is at the control socket.
 * - both: as when one balancer dies; the highest claim's process is dead, and the next one takes the next number.
 */
import { existsSync, rmSync } from 'node:fs';
import { version } from '../../../kernel/version.ts';
import { buildOf } from './build-identity.ts';
import { Carriage } from './carriage.ts';
import { claim, HELD } from './claim.ts';
import type { Replacement } from './control-messages.ts';
import { ControlServer } from './control-server.ts';
import { placesIn, type Places } from './places.ts';
import { Predecessor } from './predecessor.ts';
import { findRecorded, identify, writeIdentity, type ProcessIdentity } from '../process-identity.ts';
import { Successor } from './successor.ts';

const FOLDER_CHECK = 2000;
/** Milliseconds in which a replaced process finishes its connections when the newer one has died. */
const ORPHAN_LIMIT = 10_000;

interface Seat {
  readonly folder: string;
  readonly host: string;
  readonly self: ProcessIdentity;
  readonly places: Places;
}

class BalancerProcess {
  readonly #seat: Seat;
  readonly #carriage: Carriage;
  readonly #control: ControlServer;
  #replacing: Promise<void> | undefined;
  #successor: Successor | undefined;

  constructor(seat: Seat, carriage: Carriage) {
    this.#seat = seat;
    this.#carriage = carriage;
    this.#control = new ControlServer({
      info: {
        pid: process.pid,
        host: seat.host,
        build: buildOf(process.argv[1] ?? ''),
        version: version(),
      },
      apply: async (config) => {
        await this.#replacing?.catch(() => undefined);
        if (this.#successor) throw new Error('the balancer process was replaced');
        await carriage.apply(config);
      },
      observe: () => carriage.observe(),
      replace: (by) => (this.#replacing ??= this.#replace(by).finally(() => (this.#replacing = undefined))),
      stop: () => void this.stop(),
    });
  }

  changed(): void {
    this.#control.announce();
    this.#successor?.changed();
  }

  /** Makes drivers find this process. The record comes last: who is recorded but cannot be reached is dead. */
  async moveIn(): Promise<void> {
    const { places, self } = this.#seat;
    await this.#control.listen(places.socket);
    writeIdentity(places.pidFile, self);
  }

  async stop(): Promise<void> {
    const { places } = this.#seat;
    // After a takeover of the folder these belong to another process.
    if (findRecorded(places.pidFile)?.pid === process.pid) {
      rmSync(places.socket, { force: true });
      rmSync(places.pidFile, { force: true });
    }
    await this.#carriage.close();
    // The control connection ends with the process, which is how the driver learns that it has ended.
    setImmediate(() => process.exit(0));
  }

  async #replace(by: Replacement): Promise<void> {
    const { self, folder, host, places } = this.#seat;
    const { config, ports } = this.#carriage;
    const estate = {
      ...{ self, folder, host, config, ports, log: places.log },
      apply: (newer: Parameters<Carriage['apply']>[0]) => this.#carriage.apply(newer),
      observe: () => this.#carriage.observe(),
      stop: () => void this.stop(),
    };
    try {
      this.#successor = await Successor.start(estate, by);
    } catch (error) {
      claim(places.claims, self);
      await this.moveIn();
      throw error;
    }
    this.#leave(this.#successor).catch(() => process.exit(1));
  }

  /** Ends with the last connection, or soon when nobody is there any more to say how to route. */
  async #leave(successor: Successor): Promise<void> {
    void successor.gone().then(() => {
      this.#carriage.abandon();
      setTimeout(() => void this.stop(), ORPHAN_LIMIT).unref();
    });
    await this.#carriage.retire();
    await successor.ended(await this.#carriage.observe());
    process.exit(0);
  }
}

async function run(folder: string, host: string, replaced: number | undefined): Promise<void> {
  const places = placesIn(folder);
  const self = identify(process.pid);
  if (!self) throw new Error('the start time of this process cannot be read');
  if (!claim(places.claims, self, replaced)) {
    process.stderr.write(`another balancer has ${folder}\n`);
    process.exit(HELD);
  }
  let own: BalancerProcess | undefined;
  const changed = () => own?.changed();
  const predecessor = replaced === undefined ? undefined : new Predecessor(changed);
  const carriage = await Carriage.start({ folder, host, changed, predecessor });
  const balancer = (own = new BalancerProcess({ folder, host, self, places }, carriage));
  const stop = () => void balancer.stop();
  // A terminal's Ctrl-C reaches the whole session; whether the balancer ends is the driver's to say.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  process.on('SIGTERM', stop);
  await balancer.moveIn();
  setInterval(() => {
    if (!existsSync(places.pidFile)) stop();
  }, FOLDER_CHECK);
  process.on('disconnect', () => undefined);
  if (predecessor) predecessor.serving();
  else process.send?.('ready');
}

// One request's mistake must not end everybody's traffic; it is written down and the process goes on.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${new Date().toISOString()} ${error.stack}\n`);
});

const [folder, host, replaced] = process.argv.slice(2);
if (folder === undefined || host === undefined) {
  process.stderr.write('usage: balancer FOLDER HOST [PREDECESSOR]\n');
  process.exit(2);
}
run(folder, host, replaced === undefined ? undefined : Number(replaced)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
