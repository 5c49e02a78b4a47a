/** Tenants of several kinds without an attack: no rule fires, neither as it happens nor at a first start. */
import { expect, test, vi } from 'vitest';
import { DETECTIONS } from '../../azure/detections.ts';
import { FUNCTIONS } from '../../azure/queries.ts';
import { typesRead } from '../../azure/types-read.ts';
import { arriveIn } from '../../scripts/azure-trials/arrivals.ts';
import { HARMLESS_MONTH } from '../../scripts/azure-trials/harmless-month.ts';
import { harmlessTenants } from '../../scripts/azure-trials/harmless-tenants.ts';
import { DOMAIN, NOW_MS } from '../../scripts/azure-trials/scene.ts';
import { TRIALS } from '../../scripts/azure-trials/trials.ts';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { openLogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { openWorkspace } from '../../simulator/azure/workspace.ts';
import { fires, RULES } from './alert-rules.ts';

/** All rules over all tenants: a minute on an idle machine. */
vi.setConfig({ testTimeout: 600_000 });
const MINUTE_MS = 60_000;

const timeOf = (one: Log) => Date.parse(one.date);
const rules = RULES.filter(({ id }) => !TRIALS[id]!.fires.others && !id.startsWith('pipeline-'));

/** What fires, with the kind of tenant. */
async function firing(
  kind: 'logs-ingestion' | 'data-collector',
  seed: number,
  arrivedMs: (log: Log) => number,
): Promise<string[]> {
  const fired: string[] = [];
  for (const [name, logs] of harmlessTenants(seed)) {
    const workspace = openWorkspace({ keepRecords: true });
    arriveIn(
      workspace,
      kind,
      DOMAIN,
      logs.map(log => ({ log, arrivedMs: arrivedMs(log) })),
    );
    const analytics = await openLogAnalytics('own', workspace.tables());
    for (const rule of rules) if (await fires(analytics, rule, NOW_MS)) fired.push(`${name}: ${rule.id}`);
    analytics.close();
  }
  return fired;
}

test.each([
  ['logs-ingestion', 1],
  ['data-collector', 2],
] as const)('0 alerts of all rules as it happens, by %s (seed %i)', async (kind, seed) => {
  expect(await firing(kind, seed, one => timeOf(one) + MINUTE_MS / 2)).toEqual([]);
});

/** The first known state of a setting may be a change: the rules cannot know better. */
const FIRST = /^a deployment repeats all settings:/;

test.each([
  ['logs-ingestion', 3],
  ['data-collector', 4],
] as const)('0 alerts of all rules at a first start, by %s (seed %i)', async (kind, seed) => {
  const fired = await firing(kind, seed, () => NOW_MS - 2 * MINUTE_MS);
  expect(fired.filter(one => !FIRST.test(one))).toEqual([]);
});

const harmless = [...HARMLESS_MONTH, ...[...harmlessTenants(1).values()].flat()];
const types = new Set(harmless.map(one => one.type));
const calls = harmless.filter(one => ['sapi', 'fapi', 'mgmt_api_read'].includes(one.type));
const paths = calls.map(one => {
  const { request } = one['details'] as { request: { path: string } };
  return request.path.replace(/^\/?(api\/)?(v2\/)?/, '');
});

/** Each of them is reported: Auth0 itself writes them for what it takes for an attack. */
const REPORTED = [
  'ferrt',
  'gd_otp_rate_limit_exceed',
  'gd_recovery_rate_limit_exceed',
  'limit_mu',
  'limit_phone',
  'pwd_leak',
  'reset_pwd_leak',
  'signup_pwd_leak',
];
/** Each such call is reported. */
const REPORTED_CALLS = ['client-credential-added', 'users-exported'];

/** Each kind of path that the rule names; none if it reads no path. */
const pathsNamed = (kql: string): RegExp[] => [
  ...[...kql.matchAll(/Path matches regex @'([^']+)'/g)].map(([, pattern]) => new RegExp(pattern!)),
  ...[...kql.matchAll(/Path (startswith|endswith|contains) '([^']+)'/g)].map(([, how, text]) => {
    const literal = text!.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(how === 'startswith' ? `^${literal}` : how === 'endswith' ? `${literal}$` : literal);
  }),
];

test.each(rules.map(({ id }) => [id] as const))('%s has harmless logs to look at', id => {
  const { kql } = DETECTIONS.find(one => one.id === id)!;
  const isOfCalls = kql.includes('Auth0ApiCalls()');
  const read = [...typesRead(kql, isOfCalls ? [] : FUNCTIONS)];
  const named = pathsNamed(kql);
  const missing = read.filter(type => !types.has(type) && !REPORTED.includes(type));
  expect(missing).toEqual([]);
  if (named.length > 0 && !REPORTED_CALLS.includes(id))
    expect(paths.some(path => named.some(one => one.test(path)))).toBe(true);
});
