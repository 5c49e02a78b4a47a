/**
 * A first deployment: Azure may validate a query when it makes a rule, despite skipQueryValidation, and Sentinel runs it. So
 * whatever order `dependsOn` allows, all that a query reads exists before.
 */
import { expect, test } from 'vitest';
import type { Deployed } from './arm-deploy.ts';
import { deployedWith } from './sentinel-deployment.ts';

const RULE = /\/(alertRules|scheduledQueryRules)$/;
const RULES = /\/(alertRules|scheduledQueryRules) /;
const BULK = { bulkTypes: ['ssa'], bulkTablePlan: 'Analytics' };
const SENTINEL = { deploySentinel: true, ownAddresses: ['192.0.2.0/24'], attachAsimParsers: true };
const DEPLOYMENTS = [
  { deploySentinel: false, ...BULK },
  { ...BULK, ...SENTINEL },
  { destination: 'data-collector', ...SENTINEL },
];
const LAST = [/savedSearches/, /Auth0Logs_CL/, /Auth0LogsBulk_CL/, /watchlists/];
const CASES = DEPLOYMENTS.flatMap(one => LAST.map(last => [one, last] as const));

const textOf = ({ properties }: Deployed) => JSON.stringify(properties);
const aliasOf = ({ properties }: Deployed) => String(properties?.['functionAlias'] ?? '');

/** What the text reads of that: tables, functions and watchlists, and what the functions read. */
function readBy(text: string, sources: readonly Deployed[], seen = new Set<Deployed>()): Set<Deployed> {
  for (const one of sources) {
    const name = aliasOf(one) || one.name.split('/').at(-1)!;
    if (seen.has(one) || !new RegExp(`\\b${name}\\b`).test(text)) continue;
    seen.add(one);
    if (aliasOf(one)) readBy(textOf(one), sources, seen);
  }
  return seen;
}

test.each(CASES)('with %j, and %s last', (parameters, last) => {
  const { resources } = deployedWith(parameters, { order: { first: RULES, last } });
  const sources = resources.filter(one => /\/(tables|watchlists)$/.test(one.type) || aliasOf(one) !== '');
  const functions = sources.filter(one => aliasOf(one) !== '');
  let rules = 0;
  for (const [place, rule] of resources.entries()) {
    if (!RULE.test(rule.type)) continue;
    rules++;
    const needed = [...readBy(textOf(rule), sources)];
    const missing = needed.filter(one => resources.indexOf(one) > place).map(({ name }) => name);
    expect({ rule: rule.name, missing }).toEqual({ rule: rule.name, missing: [] });
  }
  expect([rules, functions.length]).toEqual([expect.toSatisfy(n => n > 60), expect.toSatisfy(n => n > 3)]);
});
