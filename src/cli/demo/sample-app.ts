/**
 * The service that the demo releases: it answers with its version, and its `/checkout` works or, in a bad release,
 * does not. Run as `node -e SOURCE`, configured by environment, as any containerised service.
 */
export const SAMPLE_APP = `
const { createServer } = require('node:http');
const { PORT, HOST, VERSION, CHECKOUT } = process.env;
const server = createServer((request, response) => {
  const broken = request.url === '/checkout' && CHECKOUT === 'broken';
  response.writeHead(broken ? 500 : 200, { 'content-type': 'text/plain', 'x-version': VERSION });
  response.end(broken ? 'checkout is broken\\n' : 'hello from ' + VERSION + '\\n');
});
server.listen(Number(PORT), HOST);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;
