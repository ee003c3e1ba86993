import { createServer, type Server } from 'node:net';

/** Answers so many bytes with as little work as can be, so that the proxies are what is measured. */
export function createBackend(bodyBytes: number): Server {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${bodyBytes}\r\n\r\n`;
  const answer = Buffer.from(head + 'x'.repeat(bodyBytes));
  return createServer({ noDelay: true }, (socket) => {
    let tail = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const heads = (tail + bytes.toString('latin1')).split('\r\n\r\n');
      tail = heads.pop() ?? '';
      for (let count = 0; count < heads.length; count++) socket.write(answer);
    });
  });
}
