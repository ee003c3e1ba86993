import { Command, InvalidArgumentError, Option } from 'commander';
import type { Checkpoint } from '../kernel/checkpoint.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import { seconds } from '../kernel/span.ts';
import { createLogger, type Logger, type LogLevel } from '../kernel/logger.ts';

const SAME_SIGNAL = seconds(0.5);

interface UpOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly timeScale: number;
  readonly runtime?: 'docker' | 'process';
  readonly balancer: 'embedded' | 'haproxy';
  readonly certificates?: string;
  readonly network: readonly string[];
  readonly sqsEndpoint?: string;
  readonly allowReset: boolean;
  readonly leaveRunning: boolean;
  readonly logLevel: LogLevel;
  readonly killAt?: string;
}

/** `teal up`: starts Teal and runs until a signal ends it. */
export function upCommand(): Command {
  return new Command('up')
    .description('start Teal: the AWS APIs, and the work behind them')
    .option('--port <number>', 'the port of the AWS endpoint; 0 takes a free one', port, 4566)
    .option('--host <address>', 'the loopback address of the AWS endpoint', '127.0.0.1')
    .option('--data <folder>', 'where state is kept', '.teal')
    .option('--time-scale <n>', 'configured seconds that pass in one real second', timeScale, 1)
    .addOption(
      new Option('--runtime <name>', 'what runs tasks (default: docker where an Engine answers, else process)').choices(
        ['docker', 'process'],
      ),
    )
    .addOption(
      new Option('--balancer <name>', 'what carries traffic').choices(['embedded', 'haproxy']).default('embedded'),
    )
    .option('--certificates <folder>', 'certificates for HTTPS listeners: pairs of NAME.pem (or .crt) and NAME.key')
    .option(
      '--network <file>',
      'subnets, security groups or VPCs that are there too, as `aws ec2 describe-subnets` and its like print them; may be repeated',
      (file: string, others: readonly string[]) => [...others, file],
      [],
    )
    .addOption(
      new Option('--sqs-endpoint <url>', 'a service that speaks SQS, for topics and rules that send to queues')
        .argParser(httpUrl)
        .env('TEAL_SQS_ENDPOINT'),
    )
    .option('--allow-reset', 'let POST /_teal/reset empty everything, for test suites', false)
    .option('--leave-running', 'when Teal is stopped, leave tasks and traffic running for the next one', false)
    .addHelpText(
      'after',
      '\nSIGTERM and Ctrl-C stop Teal; SIGUSR2 stops it and leaves tasks and traffic running, for an upgrade.',
    )
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'))
    .addOption(new Option('--kill-at <checkpoint>', 'crash tests: NAME or NAME:N').hideHelp())
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  const clock = systemClock(options.timeScale);
  const logger = createLogger({
    level: options.logLevel,
    pretty: process.stderr.isTTY,
    write: (line) => process.stderr.write(line),
    now: () => clock.now(),
  });
  const asked = signalled(clock, logger, options.leaveRunning);
  const { startTeal, defaultRuntime } = await import('../main.ts');
  const runtime = options.runtime ?? (await defaultRuntime(logger));
  const teal = await startTeal({
    ...options,
    runtime,
    clock,
    logger,
    checkpoint: killAt(options.killAt),
  });
  if (options.timeScale !== 1)
    logger.warn('configured waits are divided by the time scale', { timeScale: options.timeScale });
  process.stdout.write(`Teal is ready at ${teal.url}\n`);
  const { leaveRunning } = await asked;
  await teal.close({ leaveRunning });
  process.exit(); // a question to an Engine that hangs would hold the process
}

/**
 * Resolves at the first SIGTERM, Ctrl-C, or SIGUSR2, which leaves everything running whatever the option says; a later
 * one ends the process at once. One that comes right behind the first is the same: at a Ctrl-C the terminal signals
 * Teal and npm, and npm passes it on.
 */
function signalled(clock: Clock, logger: Logger, leave: boolean): Promise<{ readonly leaveRunning: boolean }> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      const now = clock.now().getTime();
      if (firstAt !== undefined && now - firstAt > SAME_SIGNAL) process.exit(1);
      if (firstAt !== undefined) return;
      firstAt = now;
      const leaveRunning = leave || signal === 'SIGUSR2';
      const event = leaveRunning
        ? 'closing: tasks and traffic go on without Teal'
        : 'closing: tasks drain and end; once more to end at once';
      logger.info(event, { signal });
      resolve({ leaveRunning });
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    process.on('SIGUSR2', onSignal);
  });
}

/** `NAME:N` ends the process as by a crash when the checkpoint is reached the Nth time. */
function killAt(text: string | undefined): Checkpoint {
  if (text === undefined) return () => undefined;
  const [wanted = '', count = '1'] = text.split(':');
  let left = Number(count);
  return (name) => {
    if (name === wanted && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    throw new InvalidArgumentError('a port is a whole number from 0 to 65535.');
  return number;
}

function httpUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('an address is an http or https URL, such as http://127.0.0.1:9324.');
  return text;
}

function timeScale(text: string): number {
  const number = Number(text);
  if (!(number > 0) || !Number.isFinite(number))
    throw new InvalidArgumentError('the time scale is a number above 0, such as 60.');
  return number;
}
