/** Each setting that `doctor` watches is changed by hand; the command that it prints is typed as it is, and mends it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustBe } from './checks.ts';
import { pipelineNamed, type Scene } from './scene.ts';
import { secretName } from './tenant.ts';

interface Doctor {
  readonly pipelines: readonly {
    readonly findings: readonly {
      readonly check: string;
      readonly level: string;
      readonly remedy: string | null;
    }[];
  }[];
}

interface Changed {
  readonly what: string;
  /** The check of `doctor` that sees it. */
  readonly check: string;
  /** Words of the AWS CLI that change it, which somebody has typed by mistake. */
  readonly mistake: string;
}

/** Every command is typed in the shell of somebody who may change the stack. */
export async function remedies(scene: Scene): Promise<void> {
  const { checks, admin } = scene;
  const pipeline = pipelineNamed(scene, 'collector');
  const { checkpointTable: table, retryQueueUrl, deadLetterQueueUrl, replayFunction } = pipeline.output;
  const queue = (url: string, attributes: object) =>
    `sqs set-queue-attributes --queue-url ${url} --attributes '${JSON.stringify(attributes)}'`;
  const mapping = `lambda list-event-source-mappings --function-name ${replayFunction} --query EventSourceMappings[0].UUID --output text`;
  const kept = `scheduler get-schedule --name ${pipeline.output.schedule} --query '{Name:Name,ScheduleExpression:ScheduleExpression,FlexibleTimeWindow:FlexibleTimeWindow,Target:Target,Description:Description}'`;
  const changes: Changed[] = [
    {
      what: 'point-in-time recovery is off',
      check: 'table and queues',
      mistake: `dynamodb update-continuous-backups --table-name ${table} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=false`,
    },
    {
      what: 'deletion protection is off',
      check: 'table and queues',
      mistake: `dynamodb update-table --table-name ${table} --no-deletion-protection-enabled`,
    },
    {
      what: 'the retry queue keeps messages for an hour',
      check: 'table and queues',
      mistake: queue(retryQueueUrl, { MessageRetentionPeriod: '3600' }),
    },
    {
      what: 'the dead-letter queue keeps messages for an hour',
      check: 'table and queues',
      mistake: queue(deadLetterQueueUrl, { MessageRetentionPeriod: '3600' }),
    },
    {
      what: 'the retry queue hides a message for a second',
      check: 'table and queues',
      mistake: queue(retryQueueUrl, { VisibilityTimeout: '1' }),
    },
    {
      what: 'the retry queue has no dead-letter queue',
      check: 'table and queues',
      mistake: queue(retryQueueUrl, { RedrivePolicy: '' }),
    },
    {
      what: 'the trigger of replay is disabled',
      check: 'schedule, trigger',
      mistake: `lambda update-event-source-mapping --uuid "$(aws ${mapping})" --no-enabled`,
    },
    {
      what: 'the schedule is disabled',
      check: 'schedule, trigger',
      mistake: `scheduler update-schedule --state DISABLED --cli-input-json "$(aws ${kept})"`,
    },
    {
      what: 'a secret holds the placeholder',
      check: 'auth0 secret',
      mistake: `secretsmanager put-secret-value --secret-id ${secretName(pipeline.name, 'auth0')} --secret-string '{"clientId":"FILL-ME-IN","clientSecret":"FILL-ME-IN"}'`,
    },
  ];
  checks.say('somebody changes a setting by mistake, and types what doctor prints');
  // What the remedy of a secret says: its content is in this file.
  await writeFile(join(admin.folder, 'secret.json'), scene.ends.secrets()[pipeline.name].auth0);
  for (const { what, check, mistake } of changes) {
    await checks.check(`${what}: doctor's command is typed, and then doctor finds it right`, async () => {
      await admin.type(`aws ${mistake}`);
      const found = await remedyOf(scene, 1, check);
      const [, ...lines] = found.remedy?.split('\n') ?? [];
      const command = lines.join('\n').trim();
      mustBe(found.level === 'error' && command.startsWith('aws '), JSON.stringify(found));
      await admin.type(command);
      const after = await remedyOf(scene, 0, check);
      mustBe(after.level === 'ok', JSON.stringify(after));
      return command.replace(/\s+/g, ' ').slice(0, 90);
    });
  }
}

async function remedyOf({ operator }: Scene, exitCode: number, check: string) {
  const { pipelines } = await operator.ask<Doctor>(exitCode, 'doctor', '--pipeline', 'collector');
  const found = pipelines[0]?.findings.find(one => one.check === check);
  mustBe(found !== undefined, `doctor has no check “${check}”`);
  return found;
}
