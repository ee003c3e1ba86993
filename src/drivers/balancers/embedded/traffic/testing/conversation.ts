import { connect, type Socket } from 'node:net';
import { until } from '../../../testing/client.ts';

/** A client that says bytes and reads what comes, step by step. */
export interface Conversation {
  readonly socket: Socket;
  /** All that came so far, latin1. */
  heard(): string;
  say(text: string): void;
  /** Waits until what came contains a text or matches. */
  hears(text: string | RegExp): Promise<string>;
  /** Waits for the other side to close. @returns all that came */
  closed(): Promise<string>;
}

export function converse(port: number, first = ''): Conversation {
  let heard = '';
  let ended = false;
  const socket = connect({ host: '127.0.0.1', port }, () => socket.write(first, 'latin1'));
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')));
  socket.on('error', () => undefined);
  socket.on('close', () => (ended = true));
  const found = (text: string | RegExp) => (typeof text === 'string' ? heard.includes(text) : text.test(heard));
  return {
    socket,
    heard: () => heard,
    say: (text) => void socket.write(text, 'latin1'),
    hears: async (text) => {
      await until(`${text} in ${JSON.stringify(heard)}`, async () => found(text));
      return heard;
    },
    closed: async () => {
      await until(`the end of the connection after ${JSON.stringify(heard)}`, async () => ended);
      return heard;
    },
  };
}
