// The worker: ships orders, one after the other. After RUN_SECONDS it ends and is started anew by its restart policy,
// as workers do that would rather not grow old; what it has shipped stands in a file.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const { VERSION, RUN_SECONDS } = process.env;
const FILE = '/data/shipped.json';
const { orders } = JSON.parse(readFileSync('/data/orders.json', 'utf8'));
let { shipped, runs } = before();
runs += 1;
console.log(`${VERSION} begins run ${runs} after ${shipped} orders`);

const work = setInterval(() => {
  shipped = Math.min(orders, shipped + 1);
  save();
}, 200);
setTimeout(() => end(`${VERSION} ends run ${runs} after ${shipped} orders`), Number(RUN_SECONDS) * 1000);
process.on('SIGTERM', () => end(`${VERSION} was told to end`));
save();

function before() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'));
  } catch {
    return { shipped: 0, runs: 0 };
  }
}

function save() {
  writeFileSync(`${FILE}.next`, JSON.stringify({ shipped, runs }));
  renameSync(`${FILE}.next`, FILE);
}

function end(message) {
  clearInterval(work);
  console.log(message);
  process.exit(0);
}
