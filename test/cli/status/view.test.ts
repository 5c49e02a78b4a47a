/** What the page says of the comparison with the workspace. */
import { expect, test } from 'vitest';
import { historySource } from '../../../cli/status/history.ts';
import { viewOf } from '../../../cli/status/view.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { NOTHING_UNPROVEN, withSettled, writeUnproven } from '../../../lambda/core/unproven.ts';
import { logIdAt } from '../../../simulator/auth0/tenant.ts';
import { VERIFIABLE } from '../../destinations/samples.ts';
import { facts, HOUR, NOW, ran } from '../facts.ts';

const settings = parsePipeline({
  name: 'local',
  verify: 'repair',
  auth0: { domain: 'acme.eu.auth0.com', secret: 'auth0' },
  azure: VERIFIABLE,
});

/** The line about a pipeline whose state holds this. */
function lines(unproven: string | undefined, run: Parameters<typeof ran>[0] = {}) {
  const one = facts(ran(run, unproven === undefined ? {} : { unproven }));
  const history = historySource({ ledger: async function* () {} });
  return viewOf(one, { config: settings }, history)
    .proofs.slice(0, 2)
    .map(({ text }) => text);
}

test('nothing was compared, or the state cannot be read: these differ', () => {
  expect(lines(undefined)[0]).toBe('repair: no run has compared yet');
  for (const text of ['{', '{"spans":7}'])
    expect(lines(text)[0]).toBe(
      'repair: the state cannot be read; the next run starts anew and says what to check',
    );
});

test('how much is missing, and how much is still to be compared', () => {
  const logIds = [0, 1, 2].map(number => logIdAt(NOW - HOUR + number, '1'));
  const settled = { afterLogId: '0', logIds, queued: new Map(), isBehind: false };
  const waiting = withSettled(NOTHING_UNPROVEN, settled, NOW);
  expect(lines(writeUnproven(waiting))[0]).toBe(
    'repair: nothing is proven stored yet; 3 logs to be compared, an hour or more after acceptance',
  );
  const missing = { ...waiting, storedAtMs: NOW - HOUR, spans: [{ ...waiting.spans[0]!, missing: 2 }] };
  expect(lines(writeUnproven(missing))[0]).toContain('2 accepted logs not stored');
  expect(lines(writeUnproven(missing))[0]).toContain('is proven stored, as far as it was compared');
});

test('why the last run could not compare', () => {
  expect(lines(undefined, { verifyFault: 'no answer' })[1]).toBe('the last run could not compare: no answer');
});
