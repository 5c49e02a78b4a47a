/** Each remedy that holds a command: where it is written, the scene in which it is printed, and the test that types it. */

/** Executed: the scene is mended by it. Parsed: bash takes it; to execute it, an account or another machine is needed. */
type Proof = 'executed' | 'parsed';

export interface Row {
  readonly file: string;
  /** The command's first words. */
  readonly command: string;
  readonly scene: string;
  /** A test that names the scene, in this file. */
  readonly test: string;
  readonly proof: Proof;
}

const rows = (table: string): Row[] =>
  table
    .trim()
    .split('\n')
    .map(line => {
      const [file, command, scene, test, proof] = line.split('|').map(cell => cell.trim());
      return { file, command, scene, test, proof } as Row;
    });

const LOCAL = 'test/cli/remedies/local.test.ts';
const STACK = 'test/cli/remedies/stack.test.ts';
const DEPLOY = 'test/deploy/remedies.ts';
const WORKSPACE = 'test/cli/remedies/workspace.test.ts';
const FILES = 'test/cli/remedies/files.test.ts';

export const TABLE: readonly Row[] = rows(`
cli/audit/json.ts | backfill | names what was never shipped, and the command that it gives ships it | test/cli/audit/audit.test.ts | executed
cli/audit/show.ts | backfill | names what was never shipped, and the command that it gives ships it | test/cli/audit/audit.test.ts | executed
cli/checkpoint/show.ts | backfill | logs that a new checkpoint skips: the backfill that is named ships them | ${LOCAL} | executed
cli/deploy/run.ts | init | no configuration yet: init is named, and asks | ${FILES} | executed
cli/deploy/run.ts | deploy --dry-run | deploy without credentials: the dry run that it names | ${FILES} | executed
cli/doctor/checkpoint.ts | checkpoint set | in the future is an error for every command, and the remedy works as it is typed | test/cli/run/no-progress.test.ts | executed
cli/doctor/clock.ts | timedatectl set-ntp | a 403 by a clock that is 25 min ahead | ${LOCAL} | parsed
cli/doctor/columns.ts | az monitor | the rule’s columns: the file that is named is made, and doctor compares it | ${FILES} | parsed
cli/doctor/columns.ts | doctor --dcr | the rule’s columns: the file that is named is made, and doctor compares it | ${FILES} | executed
cli/doctor/dropped-rows.ts | audit --stored | dropped rows: the audit that doctor names, and the backfill that it names, as they are typed | ${WORKSPACE} | executed
cli/doctor/dropped-rows.ts | az login | no login of the Azure CLI: the command logs in | ${WORKSPACE} | parsed
cli/doctor/redaction.ts | dry-run --max | a rule of redact that matches nothing: more logs are tried | ${FILES} | executed
cli/doctor/run.ts | az monitor | the rule’s columns: the file that is named is made, and doctor compares it | ${FILES} | parsed
cli/doctor/secrets.ts | aws secretsmanager put-secret-value | a secret holds the placeholder | ${DEPLOY} | executed
cli/doctor/state.ts | deploy --revert-drift | a deleted schedule: the very deployment that made it | ${STACK} | parsed
cli/doctor/state.ts | replay --list | dead letters: looked at, moved back, and delivered by the run that is named | ${LOCAL} | executed
cli/doctor/state.ts | replay | dead letters: looked at, moved back, and delivered by the run that is named | ${LOCAL} | executed
cli/doctor/state.ts | run --once | before the first run: the run that it names | ${LOCAL} | executed
cli/pipelines/azure-login.ts | az cloud | the commands set the cloud, then log in | ${WORKSPACE} | parsed
cli/pipelines/azure-login.ts | az login | no login of the Azure CLI: the command logs in | ${WORKSPACE} | parsed
cli/pipelines/azure-template.ts | az login | it says what to do when nobody has logged in | test/cli/init/init.test.ts | parsed
cli/pipelines/from-outputs.ts | az deployment | outputs that are none of the template are refused with the command that shows them | test/cli/init/init.test.ts | parsed
cli/pipelines/local/configs.ts | deploy | before a federated deploy: no run, which is refused, but the deploy | ${LOCAL} | parsed
cli/pipelines/local/configs.ts | chmod -R | a state directory that may not be written | ${LOCAL} | executed
cli/pipelines/local/configs.ts | init | no configuration yet: init is named, and asks | ${FILES} | executed
cli/pipelines/local/configs.ts | sudo chown | a state directory of somebody else | ${LOCAL} | parsed
cli/pipelines/local/secrets.ts | chmod 600 | secrets that others may read: the file is closed | ${FILES} | executed
cli/pipelines/stack/problems.ts | aws dynamodb update-continuous-backups | point-in-time recovery is off | ${DEPLOY} | executed
cli/pipelines/stack/problems.ts | aws dynamodb update-table | deletion protection is off | ${DEPLOY} | executed
cli/pipelines/stack/problems.ts | aws sqs set-queue-attributes | the retry queue keeps messages for an hour | ${DEPLOY} | executed
cli/pipelines/stack/target.ts | deploy | a second deploy | test/deploy/deploying.ts | executed
cli/pipelines/stack/triggers.ts | aws lambda update-event-source-mapping | the trigger of replay is disabled | ${DEPLOY} | executed
cli/pipelines/stack/triggers.ts | deploy --revert-drift | a deleted schedule: the very deployment that made it | ${STACK} | parsed
cli/pipelines/stack/triggers.ts | aws scheduler update-schedule | the schedule is disabled | ${DEPLOY} | executed
cli/pipelines/workspace-reader.ts | az monitor | no workspace id: the command lists them | ${WORKSPACE} | parsed
cli/pipelines/letters/carry.ts | run --once | dead letters: looked at, moved back, and delivered by the run that is named | ${LOCAL} | executed
cli/pipelines/letters/carry.ts | status | a dead letter of one of two pipelines | ${STACK} | executed
cli/status/show.ts | replay --list | a dead letter of one of two pipelines | ${STACK} | executed
cli/status/show.ts | run --once | before the first run: the run that it names | ${LOCAL} | executed
cli/status/view.ts | audit --from 1d | the audit that the page names, as it is typed | test/cli/status/web.test.ts | executed
cli/status/show.ts | status | healthy pipelines that are not shown: the one that is named is shown in full | ${LOCAL} | executed
`);
