/** `replay`: look at dead letters, and deliver them again. */
import { type Command, Option } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import type { ReplayOptions } from './run.ts';

const HELP = `
Dead letters are failed batches that were not delivered: they reached the
maximum number of attempts, or Azure rejected their logs. --list, --show and
--dry-run change nothing. Otherwise, a dead letter is removed from the
dead-letter queue only after the retry queue has confirmed it or, with --local,
after Azure has accepted it. If you interrupt the command, no log is lost; the
next call continues with the rest.

Fix the cause first; --list shows it. Until then, Azure rejects "rejected" logs
again, and they come back as new dead letters.

A message that is not a failed batch of the pipeline is listed as such. It
cannot be delivered, so it stays on the queue. It is never deleted.

--queue reads the retry queue or dead-letter queue that a removed pipeline or
stack has left behind. The one pipeline that you select delivers the batches.
Batches of another pipeline stay on the queue, unless you name that pipeline
with --accept. Make sure that they belong to the selected pipeline's
destination.
${TARGET_HELP}

You can also use the AWS console: SQS, the dead-letter queue, "Start DLQ
redrive", "Redrive to a custom destination", the retry queue. It moves all
messages, and the pipeline delivers them. "Redrive to source queue(s)" does not
move rejected batches, because they did not come from the retry queue.

Exit codes: 0 done, or nothing to do; 1 some dead letters could not be moved or
delivered, and are still there; 2 wrong usage or configuration; 130 interrupted.

Examples:
  $ npx auth0-logs-to-azure replay --list
  $ npx auth0-logs-to-azure replay --show 3f2a9c1e
  $ npx auth0-logs-to-azure replay --reason 503 --since 2d --dry-run
  $ npx auth0-logs-to-azure replay --reason unavailable --yes
  $ npx auth0-logs-to-azure replay --config config.json --local --max 10
  $ npx auth0-logs-to-azure replay --queue URL --pipeline prod \\
      --accept bars --dry-run`;

/** Adds the command to the program. */
export function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .summary('list dead letters, and deliver them again')
    .description(
      'Moves dead letters back to the retry queue, from where the pipeline delivers\nthem. Use --list and --show first.',
    )
    .addOption(new Option('--list', 'list the dead letters').conflicts(['show', 'local', 'dryRun', 'yes']))
    .addOption(
      new Option('--show <id>', 'show one; the beginning of its id is enough').conflicts([
        'local',
        'dryRun',
        'yes',
        'reason',
        'since',
      ]),
    )
    .option('--reveal', 'with --show: also show values, which are personal data')
    .option('--reason <reason>', 'only with this verdict, code or HTTP status')
    .option('--since <time>', 'only failed since: 2026-07-01T08:30:00Z, 2h, 3d')
    .option('--max <number>', 'maximum number of dead letters; with --show: of logs')
    .option('--queue <url>', 'read this queue of a removed pipeline or stack')
    .option('--accept <pipeline...>', 'with --queue: also deliver batches of these pipelines')
    .option('--local', 'deliver from this machine, not through the retry queue')
    .addOption(
      new Option('--include-undecodable', 'also move messages that cannot be delivered').conflicts([
        'local',
        'list',
      ]),
    )
    .option('--dry-run', 'show what would be done, and change nothing')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print one JSON document');
  addTargetOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: ReplayOptions) => {
      // Loaded only now: the SDKs take a while, and --help should not.
      const { runReplay } = await import('./run.ts');
      process.exitCode = await runReplay(options);
    });
}
