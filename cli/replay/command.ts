/** `replay`: look at dead letters, and deliver them again. */
import { type Command, Option } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import type { ReplayOptions } from './run.ts';

const HELP = `
Dead letters are failed batches that were not delivered: tried too often, or
with logs that Azure rejected. With --list, --show and --dry-run nothing is
changed. Otherwise each one is taken off the dead-letter queue only once the
retry queue has confirmed that it holds it, or, with --local, once Azure has
accepted it. So interrupting it loses nothing: what is left is done next time.

First mend the cause, which --list names. What was "rejected" is rejected again
until then, and comes back as a new dead letter.

A message that is no failed batch of the pipeline is listed as such, and is left
where it is: it could not be delivered. It is never deleted.

With --queue, it is about what a removed pipeline or stack has left behind, on
its retry queue or its dead-letter queue, and about the one pipeline that shall
deliver it. Batches of another pipeline than that one are left, unless --accept
names it: make sure that they belong where this pipeline ships to.
${TARGET_HELP}

The AWS console can do it too: SQS, the dead-letter queue, "Start DLQ redrive",
"Redrive to a custom destination", the retry queue. It moves everything, and the
pipeline delivers it. "Redrive to source queue(s)" does not move what was
rejected: that came here directly.

Exit codes: 0 done, or nothing to do; 1 not all could be moved or delivered, and
what could not is still there; 2 wrong usage or configuration; 130 interrupted.

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
    .summary('look at dead letters, and deliver them again')
    .description(
      'Moves dead letters back to the retry queue, from where the pipeline delivers\nthem. Look first: --list, --show.',
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
    .option('--reveal', 'with --show: the values too, which are personal data')
    .option('--reason <reason>', 'only of this verdict, code or HTTP status')
    .option('--since <time>', 'only failed since: 2026-07-01T08:30:00Z, 2h, 3d')
    .option('--max <number>', 'only the first so many; with --show: so many logs')
    .option('--queue <url>', 'what waits on this queue, which no stack knows any more')
    .option('--accept <pipeline...>', 'with --queue: also batches of a pipeline of that name')
    .option('--local', 'deliver from this machine, not through the retry queue')
    .addOption(
      new Option('--include-undecodable', 'move even what cannot be delivered').conflicts(['local', 'list']),
    )
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON document');
  addTargetOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: ReplayOptions) => {
      // Loaded only now: the SDKs take a while, and --help should not.
      const { runReplay } = await import('./run.ts');
      process.exitCode = await runReplay(options);
    });
}
