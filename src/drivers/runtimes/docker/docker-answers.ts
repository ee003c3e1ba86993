import { request, type RequestOptions } from 'node:http';

const ANSWER_LIMIT = 1_000;
const DEFAULT_SOCKET = '/var/run/docker.sock';

/** Where the Engine is: `DOCKER_HOST` when it names a socket or a plain tcp address, else the usual socket. */
export function engineAddress(socketPath?: string): { readonly socketPath: string } | { host: string; port: number } {
  if (socketPath) return { socketPath };
  const named = process.env['DOCKER_HOST'];
  const tcp = /^(?:tcp|http):\/\/([^:/]+):(\d+)$/.exec(named ?? '');
  if (tcp) return { host: tcp[1] ?? '', port: Number(tcp[2]) };
  return { socketPath: named?.startsWith('unix://') ? named.slice('unix://'.length) : DEFAULT_SOCKET };
}

/** Tells within a second whether a Docker Engine answers; loads no library for it. */
export function dockerAnswers(socketPath?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options: RequestOptions = { ...engineAddress(socketPath), path: '/_ping', timeout: ANSWER_LIMIT };
    const ping = request(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('timeout', () => ping.destroy(new Error('no answer')));
    ping.on('error', () => resolve(false));
    ping.end();
  });
}
