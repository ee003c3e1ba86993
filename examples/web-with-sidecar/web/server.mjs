// A tea shop's page. What it sells stands in the file that the sidecar keeps fresh; it has no copy of its own.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const { VERSION, CATALOGUE_FILE = '/shared/catalogue.json' } = process.env;
let seen = '';

const server = createServer(async ({ url }, response) => {
  try {
    const { teas, edition, writtenBy } = JSON.parse(await readFile(CATALOGUE_FILE, 'utf8'));
    if (url === '/health') return response.end('fine\n');
    if (teas.length === 0) throw new Error('the catalogue is empty');
    if (seen !== writtenBy) console.log(`${VERSION} sells ${teas.length} teas of the catalogue by ${writtenBy}`);
    seen = writtenBy;
    response.writeHead(200, { 'content-type': 'text/plain', 'x-version': VERSION, 'x-edition': edition });
    response.end(`${VERSION} sells ${teas.join(', ')} (edition ${edition}, by catalogue ${writtenBy})\n`);
  } catch (cause) {
    console.error(`ERROR ${cause.message}`);
    response.writeHead(500).end('no tea today\n');
  }
});
server.listen(8080, () => console.log(`${VERSION} is open`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
