// The sidecar: writes the catalogue to the shared volume, again and again, each edition whole.
import { renameSync, writeFileSync } from 'node:fs';

const { VERSION, TEAS = '', CATALOGUE_FILE = '/shared/catalogue.json', EVERY_SECONDS = '1' } = process.env;
const teas = TEAS.split(',').filter((tea) => tea !== '');
let edition = 0;

function write() {
  edition += 1;
  writeFileSync(`${CATALOGUE_FILE}.next`, JSON.stringify({ teas, edition, writtenBy: VERSION }));
  // A reader finds one edition or the next, never half of one.
  renameSync(`${CATALOGUE_FILE}.next`, CATALOGUE_FILE);
}

write();
setInterval(write, Number(EVERY_SECONDS) * 1000);
console.log(`catalogue ${VERSION} writes ${teas.length} teas to ${CATALOGUE_FILE}`);
process.on('SIGTERM', () => process.exit(0));
