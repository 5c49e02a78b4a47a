import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { QUESTIONS } from '../../../cli/acceptance/questions.ts';
import { cli, type Ended, ROOT, startCli } from '../cli.ts';
import { DOMAIN, type LocalWorld, openLocalWorld } from '../local-world.ts';
import { tenantLogs, WITH_TOKEN } from './asked-world.ts';

/** All that take no time. */
const QUICK = QUESTIONS.map(({ id }) => id).filter(id => !['late-ids', 'item-id'].includes(id));

let world: LocalWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function acceptance(...args: readonly string[]): Promise<Ended & { report: string }> {
  const at = world!;
  const path = join(at.directory, 'report.md');
  const file = await at.write('pipeline.json', at.config);
  const all = [
    'acceptance',
    '--config',
    file,
    '--state',
    join(at.directory, 'state'),
    '--report',
    path,
    ...args,
  ];
  const ended = await cli(all, at.env);
  return { ...ended, report: await readFile(path, 'utf8').catch(() => '') };
}

const open = async (auth0 = {}) => {
  world = await openLocalWorld({
    kind: WITH_TOKEN,
    auth0: {
      logs: tenantLogs(),
      takeWithoutFrom: 'ignored',
      rateLimit: { burst: 10, perSecond: 20 },
      ...auth0,
    },
    azure: { keepRecords: true, queryRoles: { application: 'all', operator: 'all' } },
  });
  return world;
};

test('without secrets nothing is asked: they are named, with their fields and variables', async () => {
  const { directory, config, addresses } = await open();
  const report = join(directory, 'report.md');
  const file = join(directory, 'p.json');
  await writeFile(file, JSON.stringify(config));
  const { code, stdout, stderr } = await cli(['acceptance', '--config', file, '--report', report], addresses);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^error: 2 secrets are missing or incomplete:\n( {2}- pipeline "local": .*\n){2}$/);
  expect(stderr).toMatch(
    /set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or .* with \{".*": \{"clientId": "…", "clientSecret"/,
  );
  await expect(readFile(report)).rejects.toThrow('ENOENT');
});

test.each([
  ['/nonexistent/x.md', 'ENOENT'],
  ['/proc/version/x.md', 'ENOTDIR'],
  ['.', 'EISDIR'],
])('a report that could not be written is wrong usage, before anything is asked: %s', async (path, why) => {
  const { auth0 } = await open();
  const { code, stderr } = await acceptance('--only', 'from-future', '--report', path);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(`error: --report .*cannot be written \\(${why}\\)`),
  ]);
  expect(auth0.requests.token).toBe(0);
});

test('asks, and leaves a report that holds no secret, no log and no name of the account', async () => {
  const { azure, secrets, auth0 } = await open();
  const workspace = azure.settings.workspaceId;
  const args = ['--only', QUICK.join(','), '--yes', '--workspace', workspace, '--read-as', 'pipeline'];
  const { code, stdout, stderr, report } = await acceptance(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/18 questions: 1 unclear, 14 confirmed, 3 not-asked\nreport: /);
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  expect(report).toContain(`Version ${version}, `);
  expect(report).toContain('| `accepted-answer` | confirmed | 204 with an empty body; date |');
  expect(azure.received.records).toBe(1);
  const texts = tenantLogs(1)
    .flatMap(log => Object.values(log))
    .filter(one => typeof one === 'string');
  const { entra, dcrImmutableId } = azure.settings;
  const ids = [
    entra.tenantId,
    entra.clientId,
    dcrImmutableId,
    workspace,
    DOMAIN,
    'local',
    ...auth0.tenant.ids(),
  ];
  const forbidden = [...Object.values(secrets).flatMap(one => Object.values(one)), ...ids, ...texts];
  expect(forbidden.filter(one => one.length > 4 && `${report}${stdout}`.includes(one))).toEqual([]);
});

test('without a terminal and --yes, nothing is written and no limit is used up', async () => {
  const { azure, auth0 } = await open();
  const { code, report } = await acceptance('--only', QUICK.join(','));
  expect(code).toBe(0);
  expect(azure.received.records).toBe(0);
  expect(auth0.requests.throttled).toBe(0);
  const written = QUESTIONS.filter(({ writes }) => writes !== undefined).map(({ id }) => id);
  expect(written.length).toBeGreaterThan(3);
  for (const id of written)
    expect(report).toMatch(new RegExp(`\\| \`${id}\` \\| not-asked \\| it .*, which was not agreed to`));
});

test('a refuted assumption is exit code 1, with the fact and the setting that are wrong', async () => {
  await open({ unknownFrom: { future: 'refused' } });
  const { code, stdout, report } = await acceptance('--only', 'from-future,next-link', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    retentionDays: 1,
    answers: [
      {
        id: 'from-future',
        outcome: 'refuted',
        observed: 'Auth0 refuses it: 400 (invalid_query_string)',
        fact: 'docs/runbook.md#checkpoint-astray',
        setting: 'Auth0Options.unknownFrom.future',
      },
      { id: 'next-link', outcome: 'confirmed' },
    ],
  });
  expect(report).toMatch(/\| --- \|.*\n\| `from-future` \| refuted \| .*\n\| `next-link` \| confirmed \|/);
});

test('Ctrl-C ends the watch, and leaves a report of what was asked', async () => {
  const { auth0, directory, config, env, write } = await open();
  const report = join(directory, 'report.md');
  const args = ['acceptance', '--config', await write('pipeline.json', config), '--report', report];
  const { child, ended } = startCli([...args, '--only', 'from-future,late-ids,search-by-date'], env);
  while (auth0.requests.pages < 4) await new Promise(resolve => setImmediate(resolve));
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, stderr: 'stopping after the current question\n' });
  const text = await readFile(report, 'utf8');
  expect(text).toMatch(/`from-future` \| confirmed/);
  expect(text).toMatch(/`late-ids` \| unclear \| stopped/);
  expect(text).toMatch(/`search-by-date` \| not-asked \| stopped/);
});

test('a question that its configuration makes impossible costs no answer of the others', async () => {
  const { config } = await open();
  config['redact'] = [{ field: 'ip', how: 'hash' }];
  const { code, report, stderr } = await acceptance('--only', 'accepted-answer,next-link', '--yes');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(report).toMatch(/`accepted-answer` \| unclear \| it could not be asked; doctor says what is wrong/);
  expect(report).toMatch(/`next-link` \| confirmed/);
});

test('an account that cannot be reached is exit code 1: nothing was answered', async () => {
  const { auth0 } = await open();
  await auth0.close();
  const { code, report, stdout } = await acceptance('--only', 'from-future,take-without-from');
  expect(code).toBe(1);
  expect(stdout).toContain('2 questions: 2 unclear\n');
  expect(report).toContain(
    '| `from-future` | unclear | the tenant’s logs cannot be read: no token (unavailable) |',
  );
});

test('--list asks nothing, and names every question', async () => {
  const { code, stdout } = await cli(['acceptance', '--list']);
  expect(code).toBe(0);
  for (const { id, vendor } of QUESTIONS) expect(stdout).toContain(`${id} (${vendor})\n`);
  const listed = JSON.parse((await cli(['acceptance', '--list', '--json'])).stdout);
  expect(listed).toHaveLength(QUESTIONS.length);
});

test.each<[readonly string[], string]>([
  [['--only', 'from-future,x'], '--only has "x"; allowed: from-future, '],
  [['--watch-minutes', '0'], '--watch-minutes is "0"; allowed: a whole number, 1 to 1440'],
  [['--role-minutes', 'x'], '--role-minutes is "x"; allowed: a whole number, 0 to 1440'],
  [['--workspace', 'x'], '--workspace is "x"; allowed: the workspace’s id, a GUID'],
])('%j is refused', async (args, message) => {
  await open();
  const { code, stderr, report } = await acceptance(...args);
  expect({ code, report }).toEqual({ code: 2, report: '' });
  expect(stderr).toContain(message);
});
