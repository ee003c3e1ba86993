import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { AccessLogConfig } from '../balancer.ts';

/** Milliseconds that one file is for. */
const INTERVAL = 5 * 60_000;
/** Milliseconds that a line waits at most before it is written. */
const FLUSH_EVERY = 1000;
/** Bytes of lines that wait for a disk that is slow or full; what comes on top is lost, and counted. */
const MAX_WAITING = 8 * 1024 * 1024;

interface Current {
  readonly path: string;
  readonly until: number;
  readonly handle: FileHandle;
  size: number;
}

export interface AccessLogOptions {
  readonly config: AccessLogConfig;
  /** `app/NAME/ID`. */
  readonly loadBalancer: string;
  /** The address that the load balancer listens on. */
  readonly address: string;
  /** Says what went wrong, once until it is well again. */
  readonly note: (text: string) => void;
}

/**
 * The access log files of one load balancer, named as Application Load Balancers name them.
 *
 * Lines go to a plain file, `….log.PID`, every second, and the file is compressed when its five minutes are over: a
 * crash loses a second of lines. A file whose process is gone is compressed by the next one. No line is waited for, and
 * no error ends anything.
 */
export class AccessLog {
  readonly #options: AccessLogOptions;
  readonly #timer: NodeJS.Timeout;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #failing = false;
  #current: Current | undefined;
  #working: Promise<void>;
  #isWorking = false;

  constructor(options: AccessLogOptions) {
    this.#options = options;
    this.#working = this.#try(() => this.#finishLeftovers());
    this.#timer = setInterval(() => void this.tick(Date.now()), FLUSH_EVERY);
    this.#timer.unref();
  }

  /** @param line - without its end */
  write(line: string): void {
    if (this.#waitingBytes + line.length > MAX_WAITING) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
  }

  /** Writes what waits, and ends files whose time is over; a slow disk makes it wait for the one before. */
  tick(now: number): Promise<void> {
    if (this.#isWorking) return this.#working;
    return this.#queue(async () => {
      await this.#flush(now);
      if (this.#current && now >= this.#current.until) await this.#finish();
    });
  }

  /** Writes and compresses everything. */
  close(): Promise<void> {
    clearInterval(this.#timer);
    return this.#queue(async () => {
      await this.#flush(Date.now());
      await this.#finish();
    });
  }

  #queue(work: () => Promise<void>): Promise<void> {
    this.#isWorking = true;
    const queued = this.#working.then(() => this.#try(work));
    this.#working = queued;
    return queued.finally(() => {
      if (this.#working === queued) this.#isWorking = false;
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failing = false;
    } catch (error) {
      const { config, loadBalancer, note } = this.#options;
      if (!this.#failing) note(`access log of ${loadBalancer} in ${config.folder}: ${String(error)}`);
      this.#failing = true;
    }
  }

  async #flush(now: number): Promise<void> {
    if (this.#waiting.length === 0) return;
    const current = (this.#current ??= await this.#open(now));
    const lines = this.#waiting.splice(0);
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    try {
      await current.handle.appendFile(bytes);
    } catch (error) {
      // A half-written line would spoil the next one.
      await current.handle.truncate(current.size).catch(() => undefined);
      this.#waiting = [...lines, ...this.#waiting];
      throw error;
    }
    current.size += bytes.length;
    this.#waitingBytes = this.#waiting.reduce((sum, line) => sum + line.length, 0);
    if (this.#lost > 0)
      this.#options.note(`access log of ${this.#options.loadBalancer}: ${this.#lost} lines were lost`);
    this.#lost = 0;
  }

  async #open(now: number): Promise<Current> {
    const { config, address } = this.#options;
    const until = (Math.floor(now / INTERVAL) + 1) * INTERVAL;
    const day = new Date(now).toISOString().slice(0, 10).split('-');
    const folder = join(config.folder, ...day);
    const end = `${new Date(until).toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;
    const name = `${this.#prefix}${end}_${address}_${randomBytes(4).toString('hex')}.log.${process.pid}`;
    await mkdir(folder, { recursive: true });
    const path = join(folder, name);
    return { path, until, handle: await open(path, 'ax'), size: 0 };
  }

  async #finish(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    this.#current = undefined;
    await current.handle.close();
    await compress(current.path);
  }

  get #prefix(): string {
    const { config, loadBalancer } = this.#options;
    return `${config.account}_elasticloadbalancing_${config.region}_${loadBalancer.replaceAll('/', '.')}_`;
  }

  async #finishLeftovers(): Promise<void> {
    const { folder } = this.#options.config;
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    for (const name of names) {
      const [, file = '', pid = ''] = /([^/\\]*\.log)\.(\d+)$/.exec(name) ?? [];
      if (!file.startsWith(this.#prefix)) continue;
      const path = join(folder, name);
      if (await isLeft(path, Number(pid))) await compress(path);
    }
  }
}

/** Whether nobody writes to a file any more: its process is gone, or another one has its number now. */
async function isLeft(path: string, pid: number): Promise<boolean> {
  const { mtimeMs } = await stat(path);
  if (Date.now() - mtimeMs > 2 * INTERVAL) return true;
  // In a container a process often has the number of the one before it.
  if (pid === process.pid) return mtimeMs < Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Makes `….log.gz` of `….log.PID`; the plain file goes when the other is whole. */
async function compress(path: string): Promise<void> {
  const whole = path.replace(/\.\d+$/, '.gz');
  const part = `${whole}.part`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(part));
  await rename(part, whole);
  await rm(path);
}
