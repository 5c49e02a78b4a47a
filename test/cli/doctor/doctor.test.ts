import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../cli/checks/finding.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { SAMPLES } from '../../destinations/samples.ts';
import type { Ended } from '../cli.ts';

import { EIGHTY } from '../cli.ts';

import { levels, openPatient, type Patient, type PatientSetup } from './doctor-world.ts';

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
  test.each(KINDS)('to %s: no warning but a notice; nothing is changed, no secret shown', async kind => {
    const { notice, token, rule, emptyRefused } = specOf({ kind });
    const { ship, doctor, world } = await open({ destination: kind });
    await ship();
    const { records } = world.azure.received;
    const before = await filesUnder(world.directory);
    const [asJson, asText] = await Promise.all([doctor(['--json']), doctor()]);
    const findings = findingsIn(asJson);
    expect(levels(findings)).toEqual({
      configuration: 'ok',
      ...(notice && { [notice(Date.now()).check]: 'warning' }),
      'auth0 secret': 'ok',
      'azure secret': 'ok',
      'auth0 token': 'ok',
      'auth0 logs': 'ok',
      'rate limit': 'ok',
      retention: 'ok',
      ...(token && { [token.check]: 'ok' }),
      azure: 'ok',
      ...(rule && { 'dcr columns': 'not checked' }),
      'dropped rows': 'not checked',
      clock: 'ok',
      'last run': 'ok',
      checkpoint: 'ok',
      'retry queue': 'ok',
      'dead letters': 'ok',
    });
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      place: expect.stringContaining('state directory'),
      errors: 0,
      warnings: notice ? 1 : 0,
      notChecked: rule ? 2 : 1,
      ok: token ? 14 : 13,
    });
    const text = (check: string) => findings.find(one => one.check === check)?.text;
    expect(text('last run')).toMatch(/^\d+ s ago: caught-up, 150 logs accepted by Azure$/);
    expect(text('auth0 logs')).toMatch(/^readable; the newest is \d min old; no logs waiting$/);
    const said = [
      `${SAMPLES[kind].status} to a post without records`,
      ...[...emptyRefused].map(code => `Azure rejected only the empty post: 400 ${code}`),
    ];
    expect(said.map(how => `reachable and authorized (${how})`)).toContain(text('azure'));
    expect([asJson, asText]).toMatchObject([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);

    expect(await filesUnder(world.directory)).toEqual(before);
    const refused = Object.keys(world.azure.received.refusals).filter(code => !emptyRefused.has(code));
    expect([world.azure.received.records, refused]).toEqual([records, []]);
    for (const secret of [
      patient.secret,
      'local-client-secret',
      'simulated-access-token',
      'simulated-entra-token',
      'SharedKey ',
    ]) {
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

  test('before its first run: says how it begins, suspects no gap, and makes no state directory', async () => {
    const { examine, world } = await open();
    const { of } = await examine();
    expect(of('last run')).toMatchObject({ level: 'warning', text: 'no run has ended yet' });
    expect(of('last run')?.remedy).toMatch(/\n {2}npx auth0-logs-to-azure run --once$/);
    expect(of('checkpoint')).toMatchObject({ level: 'not checked' });
    await expect(access(join(world.directory, 'state'))).rejects.toThrow('ENOENT');
  });
});

describe('doctor on the screen', () => {
  test('a line a finding, its remedy below, a summary; nothing is wider than 80 columns; exit code 1', async () => {
    const { doctor, world } = await open();
    world.posts.always({ kind: 'status', status: 403 });
    const { stdout, stderr, code } = await doctor([], EIGHTY);
    const lines = stdout.split('\n');
    const { azure } = parsePipeline(world.config);
    expect(lines[0]).toContain(`state directory ${world.directory}/state`);
    expect(lines[2]).toBe(`local: local.eu.auth0.com to ${specOf(azure).place(azure).name}`);
    expect(stdout).toMatch(/\n {2}✓ auth0 token +obtained/);
    expect(stdout).toMatch(/\n {2}✗ azure +Azure rejected the credentials: 403.*\n(.*\n)? {4}→ /);
    expect(stdout).toMatch(/\n {2}– checkpoint +none yet/);
    const [, warnings, unchecked, ok] =
      /\n\n1 error, (\d+) warnings?, (\d+) not checked, (\d+) ok; nothing was changed\n$/.exec(stdout) ?? [];
    const marked = (mark: string) => String(lines.filter(line => line.startsWith(`  ${mark} `)).length);
    expect([warnings, unchecked, ok]).toEqual([marked('!'), marked('–'), marked('✓')]);
    expect(lines.filter(line => line.length > 80 && !line.includes(world.directory))).toEqual([]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
  });

  test('a --dcr file that cannot be used is wrong usage: one line, exit code 2', async () => {
    const { doctor } = await open();
    const { stdout, stderr, code } = await doctor(['--dcr', 'nowhere.json']);
    expect(stderr).toMatch(
      /^error: the --dcr file nowhere.json does not exist; create it:\n {2}az monitor [^\n]+\n$/,
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
