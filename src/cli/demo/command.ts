import { Command } from 'commander';
import { systemClock } from '../../kernel/clock.ts';
import { runDemo, type DemoOptions } from './run.ts';
import { createView } from './view.ts';

/** `teal demo`: a whole release before the user's eyes, on a Teal of its own. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('release a sample service under live traffic, and watch it')
    .option('--bad', 'release a version that a hook refuses: see it go back', false)
    .option('--keep', 'leave everything running afterwards, with commands to try', false)
    .option('--time-scale <n>', 'configured seconds that pass in one real second', Number, 60)
    .option('--rate <n>', 'requests a second', Number, 100)
    .action(async (options: DemoOptions) => {
      const interrupted = new AbortController();
      process.on('SIGINT', () => interrupted.abort());
      process.on('SIGTERM', () => interrupted.abort());
      const isFine = await runDemo(options, systemClock(), createView(process.stdout), interrupted.signal);
      process.exitCode = isFine ? 0 : 1;
    });
}
