import { arch, availableParallelism, platform, totalmem } from 'node:os';
import type { Machine } from '../runtime.ts';

/** The machine that Teal itself runs on. */
export const thisMachine = (): Machine => ({
  processors: availableParallelism(),
  memory: Math.floor(totalmem() / 2 ** 20),
  architecture: arch() === 'x64' ? 'x86_64' : arch(),
  os: platform(),
});
