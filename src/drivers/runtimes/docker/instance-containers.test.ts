import Dockerode from 'dockerode';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { InstanceContainers } from './instance-containers.ts';

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** An Engine whose one container is in a state and cannot be removed. */
async function stubbornEngine(status: string): Promise<InstanceContainers> {
  server = createServer(({ method }, response) => {
    response.statusCode = method === 'DELETE' ? 500 : 200;
    response.setHeader('content-type', 'application/json');
    const busy = { message: 'failed to remove root filesystem: device or resource busy' };
    response.end(
      JSON.stringify(method === 'DELETE' ? busy : { State: { Status: status, Running: status === 'running' } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const engine = new Dockerode({ host: '127.0.0.1', port });
  return new InstanceContainers({ engine, looking: engine }, 'stubborn');
}

it.each(['removing', 'dead'])('does not wait for the Engine to get rid of a container that is %s', async (status) => {
  const containers = await stubbornEngine(status);

  await expect(containers.removeAll(['web'])).resolves.toBeUndefined();
});

it.each(['running', 'exited'])('fails when a container that is %s cannot be removed', async (status) => {
  const containers = await stubbornEngine(status);

  await expect(containers.removeAll(['web'])).rejects.toThrow('device or resource busy');
});
