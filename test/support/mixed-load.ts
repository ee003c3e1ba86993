import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { sendTraffic } from '../../src/cli/demo/traffic.ts';
import { systemClock } from '../../src/kernel/clock.ts';

/** Requests a second on connections that are kept, and on new ones; milliseconds between messages on the WebSocket. */
const KEPT = 150;
const FRESH = 60;
const MESSAGE_EVERY = 20;

/** Traffic of every kind at once; each request, and each message, either has its answer or is a failure. */
export interface MixedLoad {
  /** How many have their answer. */
  answered(): number;
  failures(): readonly string[];
  stop(): Promise<void>;
}

/** @param url - of a service that answers with its version, and gives back what comes over a WebSocket */
export async function startMixedLoad(url: string): Promise<MixedLoad> {
  const port = Number(new URL(url).port || 80);
  const failures: string[] = [];
  const stopping = new AbortController();
  let answered = 0;
  const kept = sendTraffic(url, KEPT, systemClock(1));
  const tunnel = await openTunnel(port, (why) => failures.push(`WebSocket: ${why}`));
  const fresh = repeat(1000 / FRESH, stopping.signal, async () => {
    const why = await askOnce(url);
    if (why === undefined) answered += 1;
    else failures.push(`new connection: ${why}`);
  });
  const messages = repeat(MESSAGE_EVERY, stopping.signal, async () => {
    await tunnel.echo(`message ${answered}`);
    answered += 1;
  });
  const failed = () => kept.samples.filter((sample) => sample.failure !== undefined);
  return {
    answered: () => answered + kept.samples.length - failed().length,
    failures: () => [...failures, ...failed().map(({ failure }) => `kept connection: ${failure}`)],
    async stop() {
      stopping.abort();
      await Promise.all([kept.stop(), fresh, messages]);
      tunnel.close();
    },
  };
}

/** Starts one piece of work after the other at a steady rate; resolves when stopped and all have ended. */
async function repeat(every: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const underWay = new Set<Promise<void>>();
  while (!signal.aborted) {
    const one = work().finally(() => underWay.delete(one));
    underWay.add(one);
    await pause(every, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(underWay);
}

/** @returns what was wrong */
function askOnce(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (response) => {
      response.resume();
      response.on('error', (cause) => resolve(cause.message));
      response.on('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
    });
    request.on('error', (cause) => resolve(cause.message));
  });
}

interface Tunnel {
  /** Resolves when what was sent has come back, or the tunnel has broken, which is reported. */
  echo(text: string): Promise<void>;
  close(): void;
}

async function openTunnel(port: number, fail: (why: string) => void): Promise<Tunnel> {
  const socket = connect({ host: '127.0.0.1', port });
  const key = Buffer.from('a key of 16 byte').toString('base64');
  const head = `GET /echo HTTP/1.1\r\nHost: load.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
  socket.write(`${head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`);
  let closing = false;
  let heard = '';
  const waiting = new Set<() => void>();
  const wake = () => waiting.forEach((look) => look());
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    heard = (heard + bytes.toString('latin1')).slice(-4096);
    wake();
  });
  socket.on('close', () => {
    if (!closing) fail('it was cut');
    wake();
  });
  const hears = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!heard.includes(text) && !socket.destroyed) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  await hears('101 Switching Protocols');
  if (socket.destroyed) throw new Error(`the WebSocket was refused: ${heard}`);
  return {
    async echo(text) {
      send(socket, `<${text}>`);
      await hears(`<${text}>`);
    },
    close() {
      closing = true;
      socket.destroy();
    },
  };
}

function send(socket: Socket, text: string): void {
  if (socket.writable) socket.write(text);
}
