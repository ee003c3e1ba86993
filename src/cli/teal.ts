import { Command } from 'commander';
import { version } from '../kernel/version.ts';
import { demoCommand } from './demo/command.ts';
import { upCommand } from './up.ts';

// Teal pins its AWS packages; which Node their later versions need is not a user's concern.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const program = new Command('teal')
  .description('AWS CodeDeploy for Amazon ECS that you can run yourself')
  .version(version())
  .addCommand(upCommand())
  .addCommand(demoCommand())
  .showHelpAfterError();

await program.parseAsync().catch((cause: unknown) => {
  process.stderr.write(`teal: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exitCode = 1;
});
