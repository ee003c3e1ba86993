// Answers what was ordered and shipped; `/health` says only that it listens, as the checks of many services do.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const { VERSION } = process.env;
const SCHEMA = 2;
const read = async (name) => JSON.parse(await readFile(`/data/${name}.json`, 'utf8'));

const server = createServer(async ({ url }, response) => {
  if (url === '/health') return response.end('fine\n');
  try {
    const { schema, orders } = await read('orders');
    if (schema !== SCHEMA) throw new Error(`the orders are at schema ${schema}, not ${SCHEMA}`);
    // The worker may not have begun.
    const { shipped, runs } = await read('shipped').catch(() => ({ shipped: 0, runs: 0 }));
    response.writeHead(200, { 'content-type': 'text/plain', 'x-version': VERSION, 'x-runs': runs });
    response.end(`${VERSION}: ${shipped} of ${orders} orders shipped in ${runs} runs\n`);
  } catch (cause) {
    console.error(`ERROR ${cause.message}`);
    response.writeHead(500).end('orders can not be read\n');
  }
});
server.listen(8080, () => console.log(`${VERSION} answers`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
