import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultNetwork, demoClients } from '../../src/cli/demo/clients.ts';
import { createLoadBalancing } from '../../src/cli/demo/load-balancing.ts';
import { spawnTeal } from '../support/spawned-teal.ts';

it('leaves no listener open when everything is reset', async () => {
  const data = await mkdtemp(join(tmpdir(), 'teal-reset-'));
  const teal = await spawnTeal(['--port', '0', '--data', data, '--runtime', 'process', '--allow-reset']);
  const clients = demoClients(teal.url);
  const { listeners } = await createLoadBalancing(clients, await defaultNetwork(teal.url));
  const answers = () => Promise.all(listeners.map(({ url }) => fetch(url).then(({ status }) => status, String)));
  expect(await answers()).toEqual([503, 503]);

  await fetch(`${teal.url}/_teal/reset`, { method: 'POST' });

  const refused = expect.stringContaining('fetch failed') as string;
  expect(await answers()).toEqual([refused, refused]);
  await teal.stop();
  await rm(data, { recursive: true, force: true });
});
