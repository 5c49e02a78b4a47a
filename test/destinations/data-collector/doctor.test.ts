/** What `doctor` says of the Data Collector API alone. */

import { afterEach, expect, test } from 'vitest';
import { postFinding } from '../../../cli/checks/azure-answer.ts';
import { configurationFindings } from '../../../cli/doctor/configuration.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import type { PostAnswer } from '../../../lambda/core/model.ts';
import { notice } from '../../../lambda/destinations/data-collector/notice.ts';
import { dataCollector } from '../../../lambda/destinations/data-collector/spec.ts';
import { EIGHTY } from '../../cli/cli.ts';
import { levels, openPatient, type Patient, type PatientSetup } from '../../cli/doctor/doctor-world.ts';
import { PIPELINE } from '../../config/samples.ts';
import { SAMPLE } from './sample.ts';

let patient: Patient | undefined;
afterEach(async () => {
  await patient?.world.close();
  patient = undefined;
});

async function open(setup: PatientSetup = {}): Promise<Patient> {
  patient = await openPatient({ destination: SAMPLE.azure.kind, ...setup });
  return patient;
}

const { azure } = parsePipeline({ ...PIPELINE, azure: SAMPLE.azure });
const answered = (status: number, code?: string): PostAnswer => ({
  kind: 'answered',
  status,
  ...(code ? { code } : {}),
});

test.each([
  [answered(200), 'ok', undefined],
  [answered(400, 'InvalidDataFormat'), 'ok', undefined],
  [answered(400, 'SomethingNew'), 'warning', 'check in “last run”'],
  [answered(403, 'InvalidAuthorization'), 'error', '/sharedKeys"'],
  [answered(400, 'InvalidCustomerId'), 'error', `azure.workspaceId "${SAMPLE.azure.workspaceId}"`],
  [answered(400, 'InactiveCustomer'), 'error', 'still exists'],
  [answered(400, 'InvalidLogType'), 'error', 'azure.logType "Auth0"'],
  [answered(400, 'InvalidApiVersion'), 'error', 'azure.apiVersion "2016-04-01"'],
  [answered(404), 'error', 'azure.cloud "public", and see “data collector” in "doctor"'],
  [answered(302), 'error', 'whether a proxy answers'],
  [answered(429), 'warning', 'batches wait on the retry queue'],
  [answered(503), 'error', 'check Azure’s status page'],
] as const)('%j to an empty post: %s', (answer, level, remedy) => {
  const finding = postFinding(answer, azure);
  expect(finding.level).toBe(level);
  expect(finding.remedy ?? '').toContain(remedy ?? '');
  expect(finding.remedy === undefined).toBe(level === 'ok');
});

test.each([
  [
    'a key that is not base64',
    'error',
    'not base64: check that it was copied completely',
    (key: string) => key.slice(1),
  ],
  ['a key cut at four characters', 'warning', 'of 61 bytes', (key: string) => key.slice(4)],
])('%s in its secret', (_, level, text, spoil) => {
  const spoilt = spoil(Buffer.alloc(64, 7).toString('base64'));
  const problem = dataCollector.secretField.problemOf(spoilt);
  expect(problem).toMatchObject({ level, text: expect.stringContaining(text) });
  expect(problem?.text).not.toContain(spoilt);
});

test('a table of a data collection rule is a warning with a remedy; another table, with a similar name too, is none', () => {
  const findings = (logType: string) => {
    const config = parsePipeline({ ...PIPELINE, azure: { ...SAMPLE.azure, logType } });
    return configurationFindings(config, 'local', {}).map(({ level, text, remedy }) => ({
      level,
      text,
      remedy,
    }));
  };
  expect(findings('Auth0Logs')).toEqual([
    {
      level: 'warning',
      text: expect.stringContaining('the table Auth0Logs_CL usually belongs to a data collection rule'),
      remedy: expect.stringContaining('set azure.logType to another name'),
    },
  ]);
  for (const logType of ['auth0logs', 'Auth0LogsBulk'])
    expect(findings(logType)).toMatchObject([{ level: 'warning' }]);
  for (const logType of ['Auth0', 'Auth0Logs2']) expect(findings(logType)).toMatchObject([{ level: 'ok' }]);
});

test('a regenerated key is refused, with the command that shows the right one', async () => {
  const { examine, world } = await open();
  world.azure.setSecret('another');
  expect((await examine()).of('azure')).toMatchObject({
    level: 'error',
    text: expect.stringContaining('403 InvalidAuthorization'),
    remedy: expect.stringContaining('\n  az rest --method post '),
  });
});

test('a line a finding, its remedy below, a summary; nothing is wider than 80 columns; exit code 1', async () => {
  const { doctor, world } = await open();
  world.azure.setSecret('another');
  const { stdout, stderr, code } = await doctor([], EIGHTY);
  const lines = stdout.split('\n');
  expect(lines[0]).toContain(`state directory ${world.directory}/state`);
  expect(lines[2]).toBe('local: local.eu.auth0.com to Auth0_CL');
  expect(stdout).toMatch(/\n {2}✓ auth0 token {5}obtained/);
  expect(stdout).toMatch(
    /\n {2}✗ azure {11}Azure rejected the credentials: 403.*\n? *InvalidAuthorization.*\n.*\n {4}→ write the primary key of the workspace/,
  );
  expect(stdout).toMatch(/\n {2}– checkpoint {6}none yet/);
  expect(stdout).toContain(
    '\n        az rest --method post --uri-parameters api-version=2020-08-01 \\\n' +
      '          --url "$(az monitor log-analytics workspace list -o tsv \\\n' +
      `            --query "[?customerId=='5ca1ab1e-0000-4000-8000-000000000001'].id" \\\n          )/sharedKeys"\n`,
  );
  expect(stdout).toMatch(/\n\n1 error, 2 warnings, 2 not checked, 10 ok; nothing was changed\n$/);
  expect(lines.filter(line => line.length > 80 && !line.includes(world.directory))).toEqual([]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
});

test('its end is the only warning, and it refuses nothing', async () => {
  const { ship, examine, world } = await open();
  await ship();
  const { findings, of } = await examine();
  const found = levels(findings);
  expect(world.azure.received.refusals).toEqual({});
  expect(of('azure')?.text).toBe('reachable and authorized (200 to a post without records)');
  expect(Object.keys(found).filter(check => found[check] !== 'ok')).toEqual([
    'data collector',
    'dropped rows',
  ]);
  expect(found).toMatchObject({ 'data collector': 'warning', 'dropped rows': 'not checked' });
});

test.each([
  ['2026-03-01T00:00:00Z', 'Microsoft ends support for the Data Collector API on 2026-09-14, in 197 days'],
  ['2026-09-13T01:00:00Z', 'Microsoft ends support for the Data Collector API on 2026-09-14, in 1 day'],
  [
    '2026-09-14T00:00:00Z',
    'Microsoft ended support for the Data Collector API on 2026-09-14 and may switch it off at any time',
  ],
])('the Data Collector API on %s', (day, text) => {
  expect(notice(Date.parse(day)).text).toBe(text);
});
