import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

/** Calls back for each line of JSON that arrives; a line that is not JSON ends the connection. */
export function readJsonLines(socket: Socket, take: (value: unknown) => void): void {
  const decoder = new StringDecoder('utf8');
  let partial = '';
  socket.on('data', (bytes: Buffer) => {
    const lines = (partial + decoder.write(bytes)).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) {
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch (error) {
        return void socket.destroy(error as Error);
      }
      take(value);
    }
  });
}

export function writeJsonLine(socket: Socket, value: unknown): void {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
}
