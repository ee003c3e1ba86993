import { REGION } from '../../src/cli/demo/clients.ts';
import type { SampleContainer } from '../../src/cli/demo/sample-container.ts';
import { processContainer } from '../../src/cli/demo/sample-container.ts';

/** How the second version of the sample service ails: not so much that a health check or a hook would see it. */
export type Ailment =
  | 'answers one request in fifty with 500'
  | 'takes half a second for one request in twenty'
  | 'logs an error for one request in fifty';

/** Where the sample service logs to. */
export const LOG_GROUP = '/ecs/web';

/** Answers with its version as the sample service does; the rest is counted per process, so that it is no chance. */
const APP = `
const { createServer } = require('node:http');
const { PORT, HOST, VERSION, BROKEN_EVERY, SLOW_EVERY, LOGGED_EVERY } = process.env;
let requests = 0;
const server = createServer((request, response) => {
  const counted = !(request.headers['user-agent'] ?? '').startsWith('ELB-HealthChecker');
  if (counted) requests += 1;
  const broken = counted && requests % Number(BROKEN_EVERY) === 0;
  const slow = counted && requests % Number(SLOW_EVERY) === 0;
  if (counted && requests % Number(LOGGED_EVERY) === 0) console.log('ERROR the cart of request ' + requests + ' is lost');
  const answer = () => {
    response.writeHead(broken ? 500 : 200, { 'content-type': 'text/plain', 'x-version': VERSION });
    response.end(VERSION);
  };
  if (slow) setTimeout(answer, 500);
  else answer();
});
server.listen(Number(PORT), HOST);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

/** v1 is well, every later version ails. */
export const ailing =
  (ailment: Ailment): SampleContainer =>
  (version, isGood) => {
    const every = (which: Ailment, requests: string) => (version !== 'v1' && ailment === which ? requests : 'never');
    const container = processContainer(version, isGood);
    return {
      ...container,
      command: [process.execPath, '-e', APP],
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': LOG_GROUP,
          'awslogs-region': REGION,
          'awslogs-stream-prefix': 'web',
          'awslogs-create-group': 'true',
        },
      },
      environment: [
        ...(container.environment ?? []),
        { name: 'BROKEN_EVERY', value: every('answers one request in fifty with 500', '50') },
        { name: 'SLOW_EVERY', value: every('takes half a second for one request in twenty', '20') },
        { name: 'LOGGED_EVERY', value: every('logs an error for one request in fifty', '50') },
      ],
    };
  };
