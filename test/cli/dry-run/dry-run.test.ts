import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { specOf } from '../../../lambda/destinations/all.ts';
import { logIdAt } from '../../../simulator/auth0/tenant.ts';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { SOME_SECRET } from '../../destinations/samples.ts';
import { EIGHTY, type Ended, startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs, SECRETS } from '../local-world.ts';
import { stateRows } from '../state-rows.ts';

let world: LocalWorld;
afterEach(() => world.close());

async function dryRun(
  args: readonly string[] = [],
  config: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const file = await world.write('pipeline.json', { ...world.config, ...config });
  const given = ['--config', file, '--state', join(world.directory, 'state'), ...args];
  return startCli(['dry-run', ...given], { ...world.env, [SOME_SECRET.variable]: '', ...env }).ended;
}

test('tells what a run then does, changes nothing for it, and needs no secret of Azure’s', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(1200) }, maxBatchBytes: 200_000 });
  const { code, stdout, stderr } = await dryRun(['--max', '5,000', '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const told = JSON.parse(stdout);
  expect(world.azure.received.posts).toBe(0);
  expect(await readdir(world.directory)).not.toContain('state');

  expect((await world.run()).code).toBe(0);
  const { received } = world.azure;
  expect(told).toMatchObject({
    pipeline: 'local',
    begunAfter: { because: 'auth0.startFrom "oldest", because there is no checkpoint' },
    logsRead: received.unique,
    logsExcluded: 0,
    batches: received.posts,
    ...(told.gzipBytes ? {} : { bodyBytes: received.bytes }),
    caughtUp: true,
  });
  const ofTypes: number[] = told.types.map(({ logs }: { logs: number }) => logs);
  expect(ofTypes.reduce((sum, logs) => sum + logs, 0)).toBe(1200);
  expect(ofTypes).toEqual(ofTypes.toSorted((a, b) => b - a));
  expect(told.columns).toContainEqual({ name: 'LogId', records: 1200 });
  expect(told.columns).toContainEqual({ name: 'RawLog', records: 0 });
});

test('begins after the checkpoint, and has nothing to tell when nothing is new', async () => {
  const logs = recentLogs(300);
  world = await openLocalWorld({ auth0: { logs } });
  expect((await world.run()).code).toBe(0);
  const before = stateRows(world.directory, 'SELECT * FROM state');
  expect(before).toHaveLength(1);
  const nothing = await dryRun();
  expect(nothing.stdout).toContain('starting after the checkpoint\nno logs to ship\n');
  expect(nothing.code).toBe(0);
  const atMs = Date.now() - 30_000;
  world.auth0.tenant.add([{ ...logs[5]!, log_id: logIdAt(atMs, '7'), date: new Date(atMs).toISOString() }]);
  const one = JSON.parse((await dryRun(['--json'])).stdout);
  const begunAfter = { logId: logs.at(-1)?.log_id, loggedAt: expect.stringMatching(/Z$/) };
  expect(one).toMatchObject({ logsRead: 1, batches: 1, begunAfter });
  expect(one.samples).toHaveLength(1);
  expect(stateRows(world.directory, 'SELECT * FROM state')).toEqual(before);
});

test('--from begins elsewhere, and --max ends it early', async () => {
  const logs = recentLogs(900);
  world = await openLocalWorld({ auth0: { logs } });
  const from = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000).toISOString();
  const position = `900${from.slice(0, 19).replaceAll(/\D/g, '')}`;
  const all = JSON.parse((await dryRun(['--from', from, '--json'])).stdout);
  expect(all.logsRead).toBe(logs.filter(log => log.log_id > position).length);
  const { stdout } = await dryRun(['--from', from, '--max', '150']);
  expect(stdout).toContain(`starting after --from ${from.slice(0, 19)}Z\n150 logs read, from `);
  expect(stdout).toContain('there may be more logs: see --max');
});

test('samples are of different types, redacted and shortened, or whole with --full', async () => {
  const [first, ...others] = recentLogs(200);
  const secret = 'somebody@example.com';
  const description = 'long '.repeat(60);
  const odd = { ...first!, type: 'odd', user_name: secret, description, ip: '192.0.2.77\u009b2J' };
  world = await openLocalWorld({ auth0: { logs: [odd, ...others] } });
  const redact = [{ field: 'user_name', how: 'mask' }];
  const { stdout } = await dryRun([], { redact }, EIGHTY);
  expect(stdout).toContain('  ActorUsername: [redacted]\n');
  expect(stdout).toMatch(/ {2}Description: (long )+.*…\n/);
  expect(stdout).toContain('--full shows the complete samples');
  // What a stranger wrote does nothing to a terminal.
  expect(stdout).toContain('SrcIpAddr: 192.0.2.77\\u009b2J');
  expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([]);
  const titles = [...stdout.matchAll(/^Sample \d of 3: (.*)$/gm)].map(([, name]) => name);
  expect(new Set(titles).size).toBe(3);
  const full = await dryRun(['--full'], { redact });
  expect(full.stdout).toContain(`"Description": "${description}"`);
  expect(stdout + full.stdout).not.toContain(secret);
});

test('rules that match nothing are told, with how many logs were looked at, and unknown fields', async () => {
  const email = { 'https://acme.com/email': 'somebody@example.com' };
  const logs = recentLogs(60).map(log => ({ ...log, user_name: 'x', details: email }));
  world = await openLocalWorld({ auth0: { logs } });
  const rules = (...fields: unknown[]) => ({ redact: fields.map(field => ({ field, how: 'mask' })) });
  const well = await dryRun([], rules('user_name', ['details', 'https://acme.com/email']));
  expect(well.stdout).toContain('Redaction\n  every rule matched in 60 logs\n');
  expect(well.stdout).not.toContain('somebody@example.com');

  const wrong = rules('user_name', 'details.https://acme.com/email', 'user_nam');
  const { code, stdout } = await dryRun([], wrong);
  expect(code).toBe(0);
  const text = stdout.replaceAll(/\n +/g, ' ');
  expect(text).toContain('2 of 3 rules matched none of 60 logs: details.https://acme.com/email, user_nam');
  expect(text).toContain('this is normal for a rare field');
  expect(text).toContain(
    'user_nam: "user_nam" is not a known field of Auth0’s logs; did you mean "user_name"?',
  );
  expect(JSON.parse((await dryRun(['--json'], wrong)).stdout)).toMatchObject({
    redactionUnmatched: ['details.https://acme.com/email', 'user_nam'],
    redactionUnknown: [expect.stringContaining('user_nam')],
  });
  expect((await dryRun()).stdout).not.toContain('Redaction');
});

test('a redaction key that is too short is refused with exit code 2', async () => {
  world = await openLocalWorld();
  const hash = { redact: [{ field: 'ip', how: 'hash' }] };
  const { code, stderr } = await dryRun([], hash, { AUTH0_REDACTION_KEY: 'k'.repeat(31) });
  expect(stderr).toContain(
    'has one of 31 characters; allowed: 32 or more; generate one: openssl rand -hex 32',
  );
  expect(code).toBe(2);
});

test('a sample without EventName is headed by its type code', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(1).map(log => ({ ...log, type: 'fp' })) } });
  expect((await dryRun()).stdout).toContain('Sample 1 of 1: Failed Login (Incorrect Password)');
  expect((await dryRun([], { typeColumns: false })).stdout).toContain('Sample 1 of 1: fp');
});

test('what is left out, raw or cut is counted', async () => {
  const logs = recentLogs(400);
  const large = 'x'.repeat(specOf({ kind: KINDS[0] }).form.fieldMaxBytes + 8_000);
  logs[3] = { ...logs[3]!, type: 's', description: large };
  world = await openLocalWorld({
    auth0: { logs, writeLog: log => (log.log_id === logs[5]?.log_id ? '[1]' : JSON.stringify(log)) },
  });
  const excluded = logs.filter(({ type }) => type === 'sapi').length;
  const { stdout } = await dryRun([], { exclude: ['sapi'] });
  expect(stdout).toContain(`  ${400 - excluded} would be shipped in 1 batch, `);
  expect(stdout).toContain(`  ${excluded} excluded by include, exclude and minimumLevel\n`);
  expect(stdout).toContain('  1 of them raw, because they could not be shaped\n');
  expect(stdout).toMatch(/ {2}\d+ of them cut, because values exceed Azure’s limits\n/);
  const row = new RegExp(`│ sapi +│ Success API Operation +│ +${excluded} │ +${excluded} │`);
  expect(stdout).toMatch(row);
});

test('for the Logs Ingestion API the compressed size is told too', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(500) } });
  const { entra, dcrImmutableId, stream } = world.azure.settings;
  const azure = {
    kind: 'logs-ingestion',
    endpoint: 'https://x.westeurope-1.ingest.monitor.azure.com',
    dcrImmutableId,
    stream,
    tenantId: entra.tenantId,
    clientId: entra.clientId,
    secret: SECRETS.azure,
  };
  const { gzipBytes, bodyBytes, batches } = JSON.parse((await dryRun(['--json'], { azure })).stdout);
  const env = { ...world.env, ENTRA_BASE_URL: world.azure.url, AZURE_CLIENT_SECRET: entra.clientSecret };
  const file = await world.write('ingestion.json', { ...world.config, azure });
  expect((await world.run(['--once', '--config', file], env)).code).toBe(0);
  const { received } = world.azure;
  expect([received.unique, received.posts]).toEqual([500, batches]);
  expect(gzipBytes).toBeLessThan(bodyBytes / 3);
  // The very bytes that went over the wire, unless the edge compresses otherwise by now.
  expect(Math.abs(received.bytes - gzipBytes)).toBeLessThan(gzipBytes / 5);
});

test('a fault of Auth0’s is told in one line, with exit code 1', async () => {
  world = await openLocalWorld();
  const ended = await dryRun([], {}, { AUTH0_CLIENT_SECRET: 'wrong-one' });
  expect(ended.stderr).toMatch(/^error: pipeline "local": Auth0 rejected the token request \(401[^\n]+\n$/);
  expect(ended.stderr).not.toContain('wrong-one');
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout: '' });
});

test.each<[string, readonly string[], Record<string, unknown>, string]>([
  ['--max 0', ['--max', '0'], {}, '--max is "0"; allowed: a whole number, 1 to 1,000,000'],
  ['--from soon', ['--from', 'soon'], {}, '--from is "soon"; allowed: a UTC date'],
  [
    'a hash without its key',
    [],
    { redact: [{ field: 'ip', how: 'hash' }] },
    'redact: "hash" needs the field "redactionKey"',
  ],
  [
    'a column’s name for a field',
    [],
    { redact: [{ field: 'ActorUsername', how: 'mask' }] },
    'redact[0].field: is "ActorUsername"; allowed: "user_name", from which the column ActorUsername is made',
  ],
])('%s is refused with exit code 2', async (_, args, config, message) => {
  world = await openLocalWorld();
  const { code, stderr } = await dryRun(args, config);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
