import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Finds the bundled program of the balancer process: beside the bundle this runs in, else in the repository's `dist`.
 *
 * @throws when it has not been built
 */
export function findEntry(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    for (const entry of [join(folder, 'balancer.js'), join(folder, 'dist', 'balancer.js')])
      // A program of the same name must never start itself again and again.
      if (entry !== process.argv[1] && existsSync(entry)) return entry;
    if (folder === dirname(folder)) throw new Error('balancer.js was not found: run `npm run build` first');
  }
}
