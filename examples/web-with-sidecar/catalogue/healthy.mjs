// The container's health check: ends with 0 when the catalogue is there and was written lately.
import { statSync } from 'node:fs';

const { CATALOGUE_FILE = '/shared/catalogue.json' } = process.env;
const LATELY_MS = 60_000;
const found = statSync(CATALOGUE_FILE, { throwIfNoEntry: false });
process.exit(found && Date.now() - found.mtimeMs < LATELY_MS ? 0 : 1);
