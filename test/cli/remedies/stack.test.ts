/** Scenes of a deployed stack: what a command prints is typed there, or read by bash where AWS itself would be needed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recentLogs } from '../local-world.ts';
import { messageOf } from '../replay/dead-letters.ts';
import { openStackWorld, STACK, type StackWorld } from '../stack-world.ts';
import { commandsIn, parse, type } from './printed.ts';

let world: StackWorld;
beforeAll(async () => {
  world = await openStackWorld();
  for (const pipeline of Object.values(world.pipelines)) await pipeline.run();
});
afterAll(async () => {
  await world.close();
});

const REGION = 'us-east-1';
const here = ` --stack ${STACK} --region ${REGION}`;
/** The region is given to commands only: a remedy that forgets it finds no stack. */
const shell = () => {
  const { AWS_REGION: _, ...env } = world.env;
  return { env };
};
const say = (words: string) => type(`npx auth0-logs-to-azure ${words}${here}`, shell());
const starting = (printed: string, start: string) => commandsIn(printed).filter(one => one.startsWith(start));

test('a disabled trigger: status and doctor name the command with its region, and then are content', async () => {
  const { prod } = world.pipelines;
  const own = world.operations.mappings.get(prod.output.replayFunction)!;
  const disabled = own.map(one => ({ ...one, state: 'Disabled' }));
  world.operations.mappings.set(prod.output.replayFunction, disabled);
  for (const name of ['status', 'doctor']) {
    const { stdout } = await say(`${name} --pipeline prod`);
    const [mending = ''] = starting(stdout, 'aws lambda');
    expect((await parse(mending)).slice(3)).toEqual([
      '--uuid',
      'prod-mapping',
      '--enabled',
      '--region',
      REGION,
    ]);
  }
  world.operations.mappings.set(prod.output.replayFunction, own);
  expect((await say('status --pipeline prod')).code).toBe(0);
});

/** Prints what it is given, and has a schedule. The real one is used by test/deploy/remedies.ts. */
const AWS = `#!/bin/sh
if [ "$2" = get-schedule ]; then echo "{\\"Name\\": \\"$4\\"}"; else printf '%s\\n' "$@"; fi
`;

test('a disabled schedule: status and doctor name the command, which keeps the rest of the schedule', async () => {
  const name = world.pipelines.prod.output.schedule!;
  world.operations.schedules.set(name, 'DISABLED');
  const folder = await mkdtemp(join(tmpdir(), 'aws-'));
  await writeFile(join(folder, 'aws'), AWS, { mode: 0o755 });
  const env = { ...shell().env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
  for (const asked of ['status', 'doctor']) {
    const { stdout } = await say(`${asked} --pipeline prod`);
    const [enabling = ''] = starting(stdout, 'aws scheduler');
    expect(enabling).toContain("Target:Target}' --region us-east-1)");
    expect((await type(enabling, { env })).stdout.trim().split('\n')).toEqual([
      ...['scheduler', 'update-schedule', '--state', 'ENABLED', '--region', REGION, '--cli-input-json'],
      JSON.stringify({ Name: name }).replace(':', ': '),
    ]);
  }
  await rm(folder, { recursive: true });
  world.operations.schedules.set(name, 'ENABLED');
  expect((await say('status --pipeline prod')).code).toBe(0);
});

test('a deleted schedule: the very deployment that made it', async () => {
  const { prod } = world.pipelines;
  const name = prod.output.schedule!;
  world.operations.schedules.delete(name);
  const { stdout } = await say('status --pipeline prod');
  const [deploy = ''] = starting(stdout, 'npx auth0-logs-to-azure deploy');
  expect(await parse(deploy)).toEqual([
    'npx',
    'auth0-logs-to-azure',
    'deploy',
    '--config',
    'config.json',
    '--region',
    REGION,
    '--revert-drift',
  ]);
  world.operations.schedules.set(name, 'ENABLED');
  expect((await say('status --pipeline prod')).code).toBe(0);
});

test('a dead letter of one of two pipelines: the list of that one, by stack and region', async () => {
  const { prod } = world.pipelines;
  const letter = {
    QueueUrl: prod.output.deadLetterQueueUrl,
    MessageBody: messageOf({ logs: recentLogs(1), pipeline: 'prod' }),
  };
  await prod.aws.sqs.send(new SendMessageCommand(letter));
  const status = await say('status');
  expect(status.code).toBe(1);
  const [list = ''] = starting(status.stdout, 'npx auth0-logs-to-azure replay --list');
  expect(list).toBe(`npx auth0-logs-to-azure replay --list${here} --pipeline prod`);
  expect((await type(list, shell())).stdout).toContain('1 dead letter');
  const moved = await say('replay --pipeline prod --yes');
  const [look = ''] = starting(moved.stdout, 'npx auth0-logs-to-azure status');
  const after = await type(look, shell());
  expect(after.stdout).toContain('retry queue   1 failed batch');
  expect(after.stdout).toContain('dead letters  none');
});
