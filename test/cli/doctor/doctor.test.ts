import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../cli/doctor/finding.ts';
import type { Ended } from '../cli.ts';
import { levels, openPatient, type Patient, type PatientSetup, SHARED_KEY } from './doctor-world.ts';

let patient: Patient;
afterEach(() => patient.world.close());

async function open(setup?: PatientSetup): Promise<Patient> {
  patient = await openPatient(setup);
  return patient;
}

const findingsIn = ({ stdout }: Ended): Finding[] => JSON.parse(stdout).pipelines[0].findings;

/** Every file under the directory, with what it holds. */
async function filesUnder(directory: string): Promise<Record<string, string>> {
  const all = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = all.filter(one => one.isFile()).map(one => join(one.parentPath, one.name));
  const texts = await Promise.all(files.map(async path => [path, await readFile(path, 'utf8')] as const));
  return Object.fromEntries(texts);
}

describe('doctor on a pipeline that is well', () => {
  test('to the Data Collector API: the API’s end as the only warning; nothing is changed, no secret shown', async () => {
    const { ship, doctor, world } = await open();
    await ship();
    const { records } = world.azure.received;
    const before = await filesUnder(world.directory);
    const [asJson, asText] = await Promise.all([doctor(['--json']), doctor()]);
    const findings = findingsIn(asJson);
    expect(levels(findings)).toEqual({
      configuration: 'ok',
      'data collector': 'warning',
      'auth0 secret': 'ok',
      'azure secret': 'ok',
      'auth0 token': 'ok',
      'auth0 logs': 'ok',
      'rate limit': 'ok',
      retention: 'ok',
      azure: 'ok',
      clock: 'ok',
      'last run': 'ok',
      checkpoint: 'ok',
      'retry queue': 'ok',
      'dead letters': 'ok',
    });
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      place: expect.stringContaining('state directory'),
      errors: 0,
      warnings: 1,
      notChecked: 0,
      ok: 13,
    });
    const text = (check: string) => findings.find(one => one.check === check)?.text;
    expect(text('last run')).toMatch(/^\d+ s ago: caught-up, 150 logs accepted by Azure$/);
    expect(text('auth0 logs')).toMatch(/^readable; the newest is \d min old; none waits$/);
    expect(text('azure')).toBe('reachable and authorised (200 to a post without a record)');
    expect([asJson, asText]).toMatchObject([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);

    expect(await filesUnder(world.directory)).toEqual(before);
    expect([world.azure.received.records, world.azure.received.refusals]).toEqual([records, {}]);
    for (const secret of [SHARED_KEY, 'local-client-secret', 'simulated-access-token', 'SharedKey ']) {
      expect(asJson.stdout + asText.stdout).not.toContain(secret);
    }
  });

  test('with rules of redact: they are tried on the newest logs', async () => {
    const { ship, doctor, world } = await open();
    await ship();
    world.config['redact'] = [
      { field: 'user_name', how: 'mask' },
      { field: 'details.nothing', how: 'mask' },
    ];
    await world.write('config.json', world.config);
    const findings = findingsIn(await doctor(['--json']));
    expect(findings.filter(({ check }) => check === 'redaction')).toMatchObject([
      { level: 'warning', text: '1 of 2 rules matched none of 100 logs: details.nothing' },
    ]);
  });

  test('to the Logs Ingestion API: its token and the rule’s columns are looked at too', async () => {
    const { ship, doctor } = await open({ destination: 'logs-ingestion' });
    await ship();
    const ended = await doctor(['--json', '--dcr', 'azure/template.json']);
    const found = levels(findingsIn(ended));
    expect(found).toMatchObject({ 'entra token': 'ok', 'dcr columns': 'ok' });
    expect(new Set(Object.values(found))).toEqual(new Set(['ok']));
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('before its first run: says how it begins, suspects no gap, and makes no state directory', async () => {
    const { examine, world } = await open();
    const { of } = await examine();
    expect(of('last run')).toMatchObject({ level: 'warning', text: 'there was none yet' });
    expect(of('last run')?.remedy).toMatch(/\n {2}npm start -- run --once$/);
    expect(of('checkpoint')).toMatchObject({ level: 'not checked' });
    await expect(access(join(world.directory, 'state'))).rejects.toThrow('ENOENT');
  });
});

describe('doctor on the screen', () => {
  test('a line a finding, its remedy below, a summary; nothing is wider than 80 columns; exit code 1', async () => {
    const { doctor, world } = await open();
    world.azure.setSharedKeys(['another']);
    const { stdout, stderr, code } = await doctor();
    const lines = stdout.split('\n');
    expect(lines[0]).toContain(`state directory ${world.directory}/state`);
    expect(lines[2]).toBe('local: local.eu.auth0.com to Auth0_CL');
    expect(stdout).toMatch(/\n {2}✓ auth0 token {5}obtained/);
    expect(stdout).toMatch(
      /\n {2}✗ azure {11}Azure refuses: 403 InvalidAuthorization.*\n.*\n {4}→ fill in the key/,
    );
    expect(stdout).toMatch(/\n {2}– checkpoint {6}there is none yet/);
    expect(stdout).toContain(
      '\n        az monitor log-analytics workspace get-shared-keys -g GROUP -n WORKSPACE\n',
    );
    expect(stdout).toMatch(/\n\n1 error, 2 warnings, 1 not checked, 10 ok; nothing was changed\n$/);
    expect(lines.filter(line => line.length > 80 && !line.includes(world.directory))).toEqual([]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
  });

  test('a file of --dcr that cannot be used is wrong usage: one line, exit code 2', async () => {
    const { doctor } = await open();
    const { stdout, stderr, code } = await doctor(['--dcr', 'nowhere.json']);
    expect(stderr).toMatch(
      /^error: the file of --dcr nowhere.json does not exist; make it: az monitor [^\n]+\n$/,
    );
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
  });

  test('Ctrl-C while a vendor keeps it waiting ends it at once, with 130', async () => {
    const { start, world } = await open();
    world.auth0.faults.token.add({ kind: 'hang-headers' });
    const { child, ended } = await start();
    while (world.auth0.requests.token === 0) await new Promise(resolve => setImmediate(resolve));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stdout: '', stderr: '' });
  });
});
