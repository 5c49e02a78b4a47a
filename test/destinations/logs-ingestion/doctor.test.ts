/** What `doctor` says of the Logs Ingestion API alone. */
import { afterEach, expect, test } from 'vitest';
import { postFinding } from '../../../cli/checks/azure-answer.ts';
import type { Finding } from '../../../cli/checks/finding.ts';
import { configurationFindings } from '../../../cli/doctor/configuration.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import type { PostAnswer } from '../../../lambda/core/model.ts';
import { logsIngestion } from '../../../lambda/destinations/logs-ingestion/spec.ts';
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
  [answered(204), 'ok', undefined],
  [answered(400, 'InvalidPayload'), 'ok', undefined],
  [answered(413), 'warning', 'check in “last run”'],
  [answered(401), 'error', 'azure.cloud "public"'],
  [answered(403), 'error', 'role Monitoring Metrics Publisher'],
  [answered(404), 'error', `azure.dcrImmutableId "${SAMPLE.azure.dcrImmutableId}"`],
  [answered(400, 'InvalidStream'), 'error', 'azure.stream "Custom-Auth0Logs_CL"'],
  [{ kind: 'unanswered', code: 'ENOTFOUND', message: 'no such host' }, 'error', 'DNS'],
  [{ kind: 'unanswered', code: 'NOT_AZURE', message: 'a proxy answered' }, 'error', 'proxy'],
] as const)('%j to an empty post: %s', (answer, level, remedy) => {
  const finding = postFinding(answer, azure);
  expect(finding.level).toBe(level);
  expect(finding.remedy ?? '').toContain(remedy ?? '');
  expect(finding.remedy === undefined).toBe(level === 'ok');
});

test('the id of a client secret in its secret', () => {
  const problem = logsIngestion.secretField.problemOf(SAMPLE.azure.clientId);
  expect(problem).toMatchObject({ level: 'warning', text: expect.stringContaining('looks like the id') });
  expect(problem?.text).not.toContain(SAMPLE.azure.clientId);
});

test('an endpoint of another cloud is a warning', () => {
  const config = parsePipeline({ ...PIPELINE, azure: { ...SAMPLE.azure, cloud: 'china' } });
  expect(configurationFindings(config, 'local', {})).toMatchObject([
    { level: 'warning', remedy: expect.stringContaining('.cn is "china"') },
  ]);
});

test('to the Logs Ingestion API: its token and the rule’s columns are looked at too', async () => {
  const { ship, doctor, world } = await open();
  await ship();
  const ended = await doctor(['--json', '--dcr', 'azure/template.json']);
  const { findings } = JSON.parse(ended.stdout).pipelines[0] as { findings: Finding[] };
  const found = levels(findings);
  expect(findings.find(({ check }) => check === 'azure')?.text).toBe(
    'reachable and authorized (204 to a post without records)',
  );
  expect(found).toMatchObject({ 'entra token': 'ok', 'dcr columns': 'ok' });
  // This configuration has no workspace id.
  expect(Object.keys(found).filter(check => found[check] !== 'ok')).toEqual(['dropped rows']);
  expect(world.azure.received.refusals).toEqual({});
  expect(ended).toMatchObject({ code: 0, stderr: '' });
});

test('a refused client secret: no Entra token, and Azure is not asked', async () => {
  const { examine, world } = await open();
  world.azure.setClientSecret('another');
  const { of } = await examine();
  expect(of('entra token')).toMatchObject({
    level: 'error',
    text: expect.stringContaining('AADSTS7000215'),
    remedy: expect.stringContaining('into the secret "auth0-logs/local/azure"'),
  });
  expect(of('azure')).toMatchObject({ level: 'not checked', text: 'no token' });
  expect(world.azure.received.posts).toBe(0);
});

test('another rule than the one that is there: 404, with the command that lists them', async () => {
  const settings = { dcrImmutableId: `dcr-${'0a'.repeat(16)}` };
  const { examine } = await open({ settings });
  expect((await examine()).of('azure')).toMatchObject({
    level: 'error',
    text: expect.stringMatching(/^Azure rejected the request: 404 NotFound/),
    remedy: expect.stringContaining('azure.dcrImmutableId "dcr-0a0a'),
  });
});

test('a stream that the rule does not have', async () => {
  const { examine } = await open({
    settings: { stream: 'Custom-Other_CL' },
  });
  expect((await examine()).of('azure')).toMatchObject({
    level: 'error',
    text: expect.stringMatching(/^Azure rejected the request: 400 InvalidStream/),
    remedy: expect.stringMatching(/^check azure.stream "Custom-Other_CL"/),
  });
});

test('federated: the token cannot be had from here, the endpoint answers, and nothing is an error', async () => {
  const settings = { auth: 'federated', secret: undefined };
  const { examine, world } = await open({ settings });
  const { of, findings } = await examine();
  expect(of('azure secret')).toBeUndefined();
  expect(of('entra token')).toMatchObject({
    level: 'not checked',
    text: expect.stringContaining('Entra trusts only the roles of the functions'),
    remedy: expect.stringContaining('after the deploy and a first run'),
  });
  expect(of('azure')).toMatchObject({
    level: 'not checked',
    text: expect.stringMatching(/^the endpoint answers \(401 without a token/),
  });
  expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
  expect([world.azure.received.records, world.azure.tokenRequests]).toEqual([0, 0]);
});
