/** What Auth0 should never send, over real sockets, to every destination: it arrives, and so does all that follows it. */
import { afterEach, describe, expect, test } from 'vitest';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import { COLUMNS } from '../../lambda/core/record/columns.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { logIdAt } from '../../simulator/auth0/tenant.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import type { SimulatedFault } from '../../simulator/faults.ts';
import {
  BAD_LOGS,
  type BadLog,
  echo,
  GOOD,
  MISNAMED,
  NOBODY,
  type Place,
  POISON,
  tenantOf,
} from './bad-input.ts';
import { type Kind, openStage, type Stage } from './stage.ts';

type Row = Readonly<Record<string, unknown>>;

let stage: Stage;
afterEach(() => stage.close());

async function open(
  logs: readonly BadLog[],
  kind: Kind = KINDS[0],
  nextLink = true,
  config: Partial<PipelineConfig> = {},
): Promise<readonly Place[]> {
  const { places, ...auth0 } = tenantOf(logs, Date.now() - 60_000);
  const declaredColumns = COLUMNS.map(({ name }) => name);
  stage = await openStage({ kind, config, auth0: { ...auth0, nextLink }, azure: { declaredColumns } });
  return places;
}

describe.each(KINDS.map((kind, n) => [kind, n % 2 === 0] as const))(
  '%s (a link to the next page: %s)',
  (kind, nextLink) => {
    test('every bad log arrives whole, or cut or raw and marked so, or as a dead letter; each once, and the good ones too', async () => {
      const places = await open([...BAD_LOGS.flatMap(bad => [GOOD, bad]), GOOD], kind, nextLink);
      const first = await stage.run();
      expect(first).toMatchObject({ outcome: 'caught-up', logsRead: places.length });
      for (let run = 2; run <= 3; run++) {
        expect(await stage.run()).toMatchObject({ outcome: 'caught-up', logsRead: 0, lagMs: 0 });
      }

      const { received } = stage.azure;
      const dead = await deadLetters();
      expect([first.logsAccepted, first.logsDeadLettered]).toEqual([received.records, dead.length]);
      expect(received.records + dead.length).toBe(places.length);
      const [rows, poisoned] = [[...received.kept], [...dead]];
      // Those that can be identified come first.
      for (const { bad, id, date } of places.toSorted((a, b) => b.bad.found.length - a.bad.found.length)) {
        const row = taken(bad.isPoison ? poisoned : rows, bad, id);
        const time = bad.time === 'id' ? new Date(logIdTimeMs(id) ?? 0).toISOString() : bad.time;
        expect({ what: bad.what, ...factsOf(row) }).toEqual({
          what: bad.what,
          shape: bad.shape,
          time: time === 'date' ? date : time,
          logId: bad.named ? id : expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        });
        expect(Math.max(...Object.values(row).map(bytesOf))).toBeLessThanOrEqual(
          specOf({ kind }).form.fieldMaxBytes,
        );
      }
      // What we sent was right: Azure cut, dropped and refused nothing but the poison.
      expect([received.truncatedFields, received.droppedColumns]).toEqual([0, {}]);
      expect(Object.keys(received.refusals)).toHaveLength(1);
      expect(({} as { polluted?: string }).polluted).toBeUndefined();
    });

    test.each([
      ['at the beginning', [...many(12, POISON), ...many(100, GOOD)]],
      ['at the end', [...many(100, GOOD), ...many(12, POISON)]],
      ['at both ends', [...many(12, POISON), ...many(100, GOOD), ...many(12, POISON)]],
      ['at every second place', many(20, POISON).flatMap(poison => [poison, GOOD])],
    ])('many logs that Azure refuses, %s of a batch, stop no other', async (_where, logs) => {
      const places = await open(logs, kind);
      expect(await stage.run()).toMatchObject({ outcome: 'caught-up' });
      // One of them is posted again for each eight in a row that are refused: as evidence that the configuration is right.
      // Which one, hangs on when the pages come.
      expect(Math.min(...counts(places, GOOD))).toBe(1);
      expect(stage.azure.received.duplicates).toBeLessThanOrEqual(3);
      expect((await deadLetters()).map(row => row['LogId']).sort()).toEqual(idsOf(places, POISON));
    });
  },
);

test('redacted, every bad log arrives or is dead-lettered all the same', async () => {
  const redact = [
    { field: 'details.*', how: 'mask' as const },
    { field: '*.in.in', how: 'drop' as const },
    { field: 'user_name', how: 'mask' as const },
  ];
  const places = await open([...BAD_LOGS, GOOD], KINDS[0], true, { redact });
  expect(await stage.run()).toMatchObject({ outcome: 'caught-up', logsRead: places.length });
  expect(stage.azure.received.records + (await deadLetters()).length).toBe(places.length);
  // A log that is not an object cannot be redacted: it ships, but without its content.
  const withheld = stage.azure.received.kept.filter(row => String(row['ShapeError']).includes('withheld'));
  expect(withheld.length).toBeGreaterThan(3);
  expect(withheld.filter(row => row['RawLog'] !== undefined)).toEqual([]);
});

describe.each([true, false])('with a link to the next page: %s', nextLink => {
  test.each(
    MISNAMED.filter(({ what }) => nextLink || what !== 'a time long gone').map(bad => [bad.what, bad]),
  )(
    'an id of %s leads nowhere: not inside a page, not at its end, not at the end of all',
    async (_what, bad) => {
      const logs = [...many(50, GOOD), bad, ...many(48, GOOD), bad, ...many(10, GOOD), bad];
      const places = await open(logs, KINDS[0], nextLink);
      for (let run = 1; run <= 3; run++) await stage.run();
      expect(counts(places, GOOD)).toEqual([1]);
      expect(await arrivesAfterAll()).toBe(1);
      // Without a link, the one at the end of the page comes again with the next page, and the last one at every run.
      expect(saying('misnamed')).toBe(nextLink ? 3 : 3 + 1 + 1 + 2 + 1);
    },
  );

  test.each([
    ['at the beginning of a page', [...many(3, NOBODY), ...many(5, GOOD)], 3],
    ['inside a page', [GOOD, ...many(3, NOBODY), GOOD], 3],
    // The next page begins after the last id that was named.
    ['at the end of a page', [...many(97, GOOD), ...many(3, NOBODY), GOOD], nextLink ? 3 : 3 * 2],
    // Twice in the first run, once in each of the two that follow, and a last time with the next log that has an id.
    ['at the end of all', [GOOD, ...many(3, NOBODY)], nextLink ? 3 : 3 * 5],
  ])('logs without an id %s come as often as they must, and then no more', async (_where, logs, times) => {
    const places = await open(logs, KINDS[0], nextLink);
    for (let run = 1; run <= 3; run++) await stage.run();
    expect(counts(places, GOOD)).toEqual([1]);
    expect(await arrivesAfterAll()).toBe(1);
    expect(saying('nobody')).toBe(times);
    expect(await stage.run()).toMatchObject({ outcome: 'caught-up', logsRead: 0 });
  });

  test('an id that comes again is shipped again, and none is skipped for it', async () => {
    // At the end of a page, an id from the next one must not become the checkpoint.
    const end = nextLink ? echo(-3) : GOOD;
    const far = nextLink ? [echo(5)] : [];
    const logs = [...many(4, GOOD), echo(1), ...many(94, GOOD), end, ...many(4, GOOD), ...far, echo(1), GOOD];
    const places = await open(logs, KINDS[0], nextLink);
    for (let run = 1; run <= 3; run++) expect((await stage.run()).outcome).toBe('caught-up');
    expect(idsOf(places, GOOD).filter(id => !stage.azure.received.has(id))).toEqual([]);
    expect(stage.azure.received.records).toBe(places.length);
  });
});

test('a page with an id from long ago and without a link is refused, and every run says so', async () => {
  const old = MISNAMED.find(({ what }) => what === 'a time long gone') ?? GOOD;
  await open([...many(5, GOOD), old, ...many(5, GOOD)], KINDS[0], false);
  for (let run = 1; run <= 3; run++) {
    const report = await stage.run();
    expect(report).toMatchObject({ outcome: 'unavailable', party: 'auth0', logsRead: 0 });
    expect(report.message).toContain('not in ascending order');
  }
  expect(stage.azure.received.records).toBe(0);
});

test('a whole page without an id and without a link cannot be passed, and every run says so', async () => {
  await open([GOOD, ...many(100, NOBODY), ...many(5, GOOD)], KINDS[0], false);
  expect(await stage.run()).toMatchObject({ logsAccepted: 200 });
  for (let run = 2; run <= 3; run++) {
    const report = await stage.run();
    expect(report).toMatchObject({ outcome: 'unavailable', party: 'auth0', logsAccepted: 100 });
    expect(report.message).toContain('without a log id');
  }
});

test('a whole page without an id is passed by its link', async () => {
  const places = await open([...many(100, GOOD), ...many(100, NOBODY), ...many(5, GOOD)]);
  expect(await stage.run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 205 });
  expect([counts(places, GOOD), saying('nobody')]).toEqual([[1], 100]);
});

/** Complete answers that are not a page. */
const NO_PAGES: Readonly<Record<string, (page: string) => SimulatedFault>> = {
  'broken off in the middle': page => answer(page.slice(0, page.length / 2)),
  'broken off at the end': page => answer(page.slice(0, -1)),
  nothing: () => answer(''),
  null: () => answer('null'),
  'an object around the page': page => answer(`{"logs":${page}}`),
  'the page in a text': page => answer(JSON.stringify(page)),
  'something behind the page': page => answer(`${page}]`),
  'a comma too many': page => answer(page.replace(/\]$/, ',]')),
  'NUL between the logs': page => answer(page.replaceAll('},{', '},\0{')),
  'NUL inside a text': page => answer(page.replaceAll('good', 'go\0od')),
  NaN: page => answer(page.replaceAll('"good"', 'NaN')),
  'UTF-16': page => answer(Buffer.from(`\ufeff${page}`, 'utf16le')),
  'a web page': () => answer('<!doctype html><html><body>Sign in', 'text/html'),
  'a web page that says it is JSON': () => answer('<html>Sign in</html>'),
  'no content': () => ({ kind: 'status', status: 204 }),
};

test('an answer that is no page ends the run, skips nothing, and is over when Auth0 answers well', async () => {
  const places = await open(many(20, GOOD));
  const page = pageOf(places);
  // The first call asks for the newest log, to know where to begin.
  stage.auth0.faults.logs.add({ kind: 'slow', ms: 0 });
  for (const [what, faultOf] of Object.entries(NO_PAGES)) {
    stage.auth0.faults.logs.always(faultOf(page));
    const { outcome, party, logsRead, message } = await stage.run();
    const expected = { what, outcome: 'unavailable', party: 'auth0', logsRead: 0 };
    expect({ what, outcome, party, logsRead }).toEqual(expected);
    expect(message).not.toContain('good');
  }
  stage.auth0.faults.logs.clear();
  expect(await stage.run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 20 });
  expect(counts(places, GOOD)).toEqual([1]);
});

test('a page with a byte order mark before it is a page', async () => {
  const places = await open(many(20, GOOD));
  stage.auth0.faults.logs.add({ kind: 'slow', ms: 0 });
  stage.auth0.faults.logs.add(answer(`\ufeff${pageOf(places)}`));
  expect(await stage.run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 20 });
});

function answer(body: string | Uint8Array, type = 'application/json'): SimulatedFault {
  return { kind: 'status', status: 200, headers: { 'content-type': type }, body };
}

const pageOf = (places: readonly Place[]) =>
  `[${places.map(({ bad, id, date }) => bad.write(id, date)).join(',')}]`;
const many = (count: number, one: BadLog): BadLog[] => Array.from({ length: count }, () => one);
const idsOf = (places: readonly Place[], one: BadLog) =>
  places.filter(({ bad }) => bad === one).map(({ id }) => id);
/** How often these logs are at Azure: `[1]` when each is there once. */
const counts = (places: readonly Place[], one: BadLog) => [
  ...new Set(idsOf(places, one).map(id => stage.azure.received.count(id))),
];
/** How many rows have this description. */
const saying = (text: string) => stage.azure.received.kept.filter(row => row['Description'] === text).length;
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const bytesOf = (value: unknown) => Buffer.byteLength(textOf(value));

/** How often a log is at Azure that is written now, after all the others, when a run has passed. */
async function arrivesAfterAll(): Promise<number> {
  const id = logIdAt(Date.now() - 30_000);
  stage.auth0.tenant.add([
    { log_id: id, _id: id, date: new Date(Date.now() - 32_000).toISOString(), type: 's' },
  ]);
  expect((await stage.run()).outcome).toBe('caught-up');
  return stage.azure.received.count(id);
}

/** The dead letters' records; each must have come with its reason. */
async function deadLetters(): Promise<Row[]> {
  const messages = await stage.aws.peek('dead-letter');
  return messages.flatMap(message => {
    const decoded = decodeFailedBatch(message);
    if (decoded.kind !== 'failed-batch') throw new Error(decoded.problem);
    expect(decoded.batch.reason).toMatchObject({ verdict: 'rejected', status: 400 });
    expect(decoded.batch.reason.message).toMatch(/\S/);
    return decoded.records.map(record => JSON.parse(record.json.toString()));
  });
}

/** Takes the row of a log out of `rows`: the one with its id, or else one that looks as it must. */
function taken(rows: Row[], bad: BadLog, id: string): Row {
  const index = rows.findIndex(row => {
    const facts = factsOf(row);
    if (bad.named ? facts.logId !== id : facts.shape !== bad.shape || facts.time !== bad.time) return false;
    return Object.values(row).map(textOf).join('\n').includes(bad.found);
  });
  return rows.splice(index, index < 0 ? 0 : 1)[0] ?? {};
}

/** What became of a log, from its row. */
function factsOf(row: Row) {
  return {
    shape: row['ShapeError'] ? 'raw' : row['CutColumns'] ? 'cut' : 'whole',
    time: row['event_date'] ?? 'none',
    logId: row['LogId'],
  };
}
