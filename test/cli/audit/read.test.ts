import { afterEach, expect, test } from 'vitest';
import { audit } from '../../../cli/audit/read.ts';
import { localTarget } from '../../../cli/pipelines/local/target.ts';
import type { LogSource } from '../../../lambda/core/model.ts';
import { systemClock } from '../../../lambda/environment.ts';
import { pipelineParts } from '../../../lambda/wiring.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';

let world: LocalWorld;
afterEach(() => world.close());

const HOUR_MS = 3_600_000;
const END_MS = Math.floor(Date.now() / 1000) * 1000;
const WINDOW = { fromMs: END_MS - 4 * HOUR_MS, toMs: END_MS };

/** Audits the state that is not there: every log is new. */
async function audited(
  change: (source: LogSource) => LogSource = source => source,
  window = WINDOW,
  auth0: object = {},
) {
  const config = { ...world.config, auth0: { ...(world.config['auth0'] as object), ...auth0 } };
  const file = await world.write('pipeline.json', config);
  const secrets = await world.writeSecrets();
  const target = await localTarget({ config: file, secrets, state: `${world.directory}/state` });
  const pipeline = target.pipelines[0]!;
  const { source } = pipelineParts(pipeline.config, pipeline.secrets, world.env);
  const pages: number[] = [];
  const told = { missing: () => undefined, read: (logs: number) => void pages.push(logs) };
  const d = { pipeline, source: change(source), clock: systemClock, headroom: 0.5, told };
  const found = await audit({ ...d, backfillLedger: undefined, ledgerDelayMs: 0 }, window);
  return { ...found, pages };
}

test('a log without an id of the known form is counted by itself, as no entry can hold it', async () => {
  const logs = recentLogs(250);
  const odd = `${logs[120]!.log_id.slice(0, -1)}x`;
  logs[120] = { ...logs[120]!, log_id: odd, _id: odd };
  world = await openLocalWorld({ auth0: { logs } });
  const { atAuth0, withoutId, findings, pages } = await audited();
  expect([atAuth0, withoutId, findings.notYet]).toEqual([250, 1, 249]);
  expect(pages).toEqual([100, 100, 50]);
});

test('a newest log whose id cannot be read does not hide the window', async () => {
  const logs = recentLogs(250);
  const odd = `${logs[120]!.log_id.slice(0, -1)}x`;
  const newest = logs.reduce((last, { date }) => (date > last ? date : last), '');
  const date = new Date(Date.parse(newest) + 1).toISOString();
  logs[120] = { ...logs[120]!, log_id: odd, _id: odd, date };
  world = await openLocalWorld({ auth0: { logs } });
  const { atAuth0, withoutId } = await audited();
  expect([atAuth0, withoutId]).toEqual([250, 1]);
});

test('before the first run, what it will begin after is not "not yet": it will never be shipped', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(250) } });
  const { atAuth0, findings } = await audited(undefined, WINDOW, { startFrom: 'now' });
  expect([atAuth0, findings.notYet]).toEqual([250, 0]);
});

test('a page that is out of order is put in order, and a log that comes twice is counted once', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(250) } });
  const { atAuth0, findings } = await audited(source => ({
    ...source,
    page: async (...request) => {
      const answer = await source.page(...request);
      if (answer.kind === 'fault') return answer;
      return { ...answer, logs: [...answer.logs.toReversed(), ...answer.logs.slice(0, 5)] };
    },
  }));
  expect([atAuth0, findings.notYet]).toEqual([250, 250]);
});

test('reading ends with the window', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(2000) } });
  const window = { fromMs: WINDOW.fromMs, toMs: END_MS - 2.9 * HOUR_MS };
  const { atAuth0, pages } = await audited(undefined, window);
  expect(atAuth0).toBeGreaterThan(30);
  expect(pages.length).toBeLessThan(3);
});

test('an Auth0 that fails on the way is no audit of a part', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(500) } });
  let pages = 0;
  const denied = { verdict: 'denied', message: 'read:logs was taken away' } as const;
  const failing = audited(source => ({
    ...source,
    page: (...request) =>
      pages++ < 2 ? source.page(...request) : Promise.resolve({ kind: 'fault', fault: denied }),
  }));
  await expect(failing).rejects.toThrow(
    /^Auth0 could be read only up to 20\S+Z, so there is no result: read:logs was taken away$/,
  );
});
