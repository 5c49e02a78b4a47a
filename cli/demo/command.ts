/** `demo`: a simulated tenant, with everything that can go wrong, on this machine and without an account. */
import { getHeapStatistics } from 'node:v8';
import { type Command, Option } from 'commander';
import { KINDS } from '../../simulator/azure/apis.ts';
import { UsageError } from '../terminal/errors.ts';
import { portOf } from '../web/port.ts';
import { DEFAULT_KIND } from './default-kind.ts';
import type { DemoOptions } from './run.ts';

const MOST_LOGS = 1_000_000;
/** All of them are counted again and again while the page is open. */
const MOST_LOGS_OF_PAGE = 100_000;
/** In the memory of the simulators, measured. */
const BYTES_PER_LOG = 3_500;
const MOST_SEED = 4_294_967_295;

const HELP = `
The demo simulates Auth0, Azure, Entra, DynamoDB, SQS and Secrets Manager on
127.0.0.1. It runs the same Lambda bundles that are deployed.

With --web it does so until Ctrl-C, on a page with a button for each fault; the
tenant has --logs logs at the start, 100,000 at most, and writes a few a second.

Exit codes: 0 every log is in Azure; 1 a log is missing or left on a queue;
2 wrong usage; 130 Ctrl-C.

Examples:
  $ npx auth0-logs-to-azure demo
  $ npx auth0-logs-to-azure demo --logs 100000 --destination ${KINDS.find(kind => kind !== DEFAULT_KIND)}
  $ npx auth0-logs-to-azure demo --web
  $ npx auth0-logs-to-azure demo --json`;

/** Adds the command to the program, which runs it when none is named. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary('ship the logs of a simulated tenant, through an outage (default)')
    .description(
      'Ships the logs of a simulated tenant to a simulated workspace, through a rate limit, a poison record, a lost ' +
        'response, an outage of Azure and a daily cap, and counts the logs that arrive.',
    )
    .option('--logs <count>', 'number of logs, 1 to 1,000,000', whole('--logs', 1, MOST_LOGS), 10_000)
    .option('--seed <number>', 'the same seed generates the same logs', whole('--seed', 0, MOST_SEED), 1)
    .addOption(new Option('--destination <api>', 'Azure API to post to').choices(KINDS).default(DEFAULT_KIND))
    .addOption(
      new Option('--web [port]', 'serve it as a page on this machine alone; on any port by default')
        .argParser(portOf)
        .conflicts('json'),
    )
    .option('--json', 'print the result as one JSON object, and nothing else')
    .addHelpText('after', HELP)
    .action(async (options: DemoOptions) => {
      if (options.web !== undefined) return runOnPage(options);
      checkMemory(options.logs);
      // Loaded only now: the simulators take a while, and --help should not.
      const { runDemo } = await import('./run.ts').catch(withoutEmulators);
      process.exitCode = await runDemo(options);
    });
}

async function runOnPage(options: DemoOptions): Promise<void> {
  if (options.logs > MOST_LOGS_OF_PAGE) {
    throw new UsageError(
      `--logs is ${options.logs}; allowed with --web: at most ${MOST_LOGS_OF_PAGE}; specify fewer, or omit --web`,
    );
  }
  const { runWeb } = await import('./web.ts').catch(withoutEmulators);
  process.exitCode = await runWeb(options);
}

/** The npm package leaves the emulators out: nothing but the demo needs them, and they are larger than all the rest. */
function withoutEmulators(error: unknown): never {
  const missing = /Cannot find package '(dynalite|fauxqs)'/.exec(error instanceof Error ? error.message : '');
  if (!missing) throw error;
  throw new UsageError(
    `the demo needs ${missing[1]}, an emulator that is not installed; run "npm install --save-dev dynalite@4 fauxqs@1"`,
  );
}

/** Throws UsageError when the tenant would not fit into memory: Node would crash with a memory dump. */
function checkMemory(logs: number): void {
  const needed = logs * BYTES_PER_LOG;
  const available = getHeapStatistics().heap_size_limit;
  if (needed < available) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1_000_000)} MB`;
  throw new UsageError(
    `--logs is ${logs}, which needs ${megabytes(needed)} of memory, but Node.js has ${megabytes(available)}; ` +
      'specify fewer, or set NODE_OPTIONS=--max-old-space-size=4096',
  );
}

/** A parser of whole numbers in a range; thousands may be separated. Throws UsageError. */
function whole(name: string, from: number, to: number): (text: string) => number {
  return text => {
    const value = /^\d{1,3}([,_]?\d{3})*$|^\d+$/.test(text)
      ? Number(text.replaceAll(/[,_]/g, ''))
      : Number.NaN;
    if (value >= from && value <= to) return value;
    const format = new Intl.NumberFormat('en').format;
    throw new UsageError(`${name} is "${text}"; allowed: a whole number, ${format(from)} to ${format(to)}`);
  };
}
