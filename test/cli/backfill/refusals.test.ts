/** What `backfill` says when it cannot, and what it warns of. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { SOME, SOME_SECRET } from '../../destinations/samples.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { backfill, WINDOW } from './backfills.ts';

let world: LocalWorld;
beforeAll(async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(50) } });
});
afterAll(() => world.close());

const GUID = '01234567-89ab-cdef-0123-456789abcdef';
const FEDERATED = {
  kind: 'logs-ingestion',
  endpoint: 'https://x.westeurope-1.ingest.monitor.azure.com',
  dcrImmutableId: `dcr-${'0'.repeat(32)}`,
  tenantId: GUID,
  clientId: GUID,
  auth: 'federated',
};

test.each<[string, readonly string[], string]>([
  ['no --from', [], "required option '--from <time>' not specified"],
  ['a time that is none', ['--from', 'yesterday'], '--from is "yesterday"; allowed: a UTC date "2026-07-01"'],
  ['an end before the begin', ['--from', '1h', '--to', '2h'], '--from is "1h" ('],
  ['an end to come', ['--from', '1h', '--to', '2099-01-01'], '--to is "2099-01-01", which is in the future'],
  ['a headroom that leaves nothing', [...WINDOW, '--headroom', '1'], '--headroom is "1"; allowed: a share'],
  [
    'a headroom that is no number',
    [...WINDOW, '--headroom', 'half'],
    '--headroom is "half"; allowed: a share',
  ],
  ['an unknown pipeline', [...WINDOW, '--pipeline', 'prod'], '--pipeline is "prod"; allowed in'],
])('%s is refused in one line, with exit code 2, and nothing is begun', async (_, args, message) => {
  const ended = await backfill(world, args);
  expect(ended.stderr).toContain(message);
  expect(ended.stderr).toMatch(/^error: [^\n]+\n( {2}npx auth0-logs-to-azure backfill [^\n]+\n)?$/);
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
  expect(await readdir(world.directory)).not.toContain('state');
});

test('of several pipelines one must be chosen', async () => {
  const pipelines = [world.config, { ...world.config, name: 'second' }];
  const file = await world.write('two.json', { pipelines });
  const { code, stderr } = await backfill(world, [...WINDOW, '--config', file]);
  expect(stderr).toContain('has 2 pipelines; choose one with --pipeline: "local", "second"\n');
  expect(code).toBe(2);
});

test('a federated pipeline is refused, with what to do instead; it is counted all the same', async () => {
  const file = await world.write('federated.json', { ...world.config, azure: FEDERATED });
  const { code, stderr } = await backfill(world, [...WINDOW, '--config', file]);
  expect(stderr).toContain(
    'azure.auth is "federated", so only its function can post to Azure; specify --config',
  );
  expect(code).toBe(2);
  const counted = await backfill(world, [...WINDOW, '--config', file, '--dry-run']);
  expect(counted.stdout).toContain('logs read, from ');
  expect(counted).toMatchObject({ code: 0, stderr: '' });
});

test('missing secrets are named before anything is begun', async () => {
  const { code, stderr } = await backfill(world, WINDOW, {
    [SOME_SECRET.variable]: '',
    AUTH0_CLIENT_SECRET: '',
  });
  expect(stderr).toContain(SOME_SECRET.variable);
  expect(stderr).toContain('AUTH0_CLIENT_SECRET');
  expect(code).toBe(2);
  expect(await readdir(world.directory)).not.toContain('state');
});

test('a window that is older than Auth0’s retention is shipped with a warning, whatever is left of it', async () => {
  const state = join(world.directory, 'old');
  const { code, stdout, stderr } = await backfill(world, ['--from', '3d', '--state', state]);
  expect(stderr.replaceAll('\n', ' ')).toMatch(
    /warning: the window begins before 20.*Z, but Auth0 keeps logs for only 1 d \(auth0.logRetentionDays\)/,
  );
  expect(stdout).toContain('50 logs shipped');
  expect(code).toBe(0);
});

test('the same window of the same name, but from or to another place, is not taken for done', async () => {
  const state = join(world.directory, 'shared');
  expect((await backfill(world, [...WINDOW, '--state', state])).code).toBe(0);
  const azure = { ...Object(world.config['azure']), ...SOME.elsewhere[1] };
  const file = await world.write('other.json', { ...world.config, azure });
  const [here, elsewhere] = [world.config, { ...world.config, azure }].map(config => {
    const { azure } = parsePipeline(config);
    return specOf(azure).place(azure).identity;
  });
  expect(elsewhere).not.toBe(here);
  const { code, stderr } = await backfill(world, [...WINDOW, '--state', state, '--config', file]);
  const said = /holds a backfill of this window from (.*), and this one is (.*); move the other one/.exec(
    stderr,
  );
  expect(said?.slice(1)).toEqual([expect.stringContaining(here!), expect.stringContaining(elsewhere!)]);
  expect(code).toBe(2);
  execFileSync('bash', ['-c', /^ {2}(mv .*)$/m.exec(stderr)![1]!]);
  const again = await backfill(world, [...WINDOW, '--state', state, '--config', file]);
  expect(again.stdout).toMatch(/[1-9]\d* logs shipped/);
  expect(again.code).toBe(0);
});

test('a backfill whose file is spoilt is named, with what to do', async () => {
  const state = join(world.directory, 'spoilt');
  const own = join(state, 'local', 'backfill-x');
  await mkdir(own, { recursive: true });
  await writeFile(join(own, 'backfill.json'), '{"asked": {"from": "3d"}');
  const { code, stderr } = await backfill(world, [...WINDOW, '--state', state]);
  expect(stderr).toContain(
    `${own}/backfill.json is damaged; delete the directory ${own} to start that backfill over`,
  );
  expect(code).toBe(2);
});
