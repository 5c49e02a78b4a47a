import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Choice,
  isChosen,
  isNamed,
  type Letter,
  type Looked,
  lookAt,
  shortId,
} from '../../../../cli/pipelines/letters/letters.ts';
import { localTarget } from '../../../../cli/pipelines/local/target.ts';
import type { Operated } from '../../../../cli/pipelines/operated.ts';
import { parseChoice } from '../../../../cli/replay/choice.ts';
import { SOME } from '../../../destinations/samples.ts';
import { recentLogs, SECRETS } from '../../local-world.ts';
import { messageOf, putDeadLetters, REJECTED } from '../../replay/dead-letters.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.now();
const logs = recentLogs(40);
let directory: string;
let letters: readonly Letter[];
let pipeline: Operated;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'letters-'));
  const config = join(directory, 'config.json');
  const azure = { ...SOME.azure, secret: SECRETS.azure };
  await writeFile(
    config,
    JSON.stringify({ name: 'local', auth0: { domain: 'a.auth0.com', secret: 'a' }, azure }),
  );
  await putDeadLetters(directory, [
    messageOf({ logs: logs.slice(0, 10), failedAtMs: NOW_MS - 48 * HOUR_MS }),
    messageOf({ logs: logs.slice(10, 30), failedAtMs: NOW_MS - 2 * HOUR_MS }),
    messageOf({ logs: logs.slice(30, 31), reason: REJECTED }),
    'hello there',
    messageOf({ logs: logs.slice(31, 32), pipeline: 'another' }),
  ]);
  const target = await localTarget({ config, state: join(directory, 'state') });
  pipeline = target.pipelines[0]!;
  letters = (await looked()).map(({ letter }) => letter);
});
afterAll(() => rm(directory, { recursive: true }));

async function looked(of = pipeline): Promise<Looked[]> {
  const all: Looked[] = [];
  for await (const one of lookAt(of)) all.push(one);
  return all;
}
/** Places of the letters that are meant. */
const meant = (options: Parameters<typeof parseChoice>[0]) => {
  const choice: Choice = parseChoice(options, NOW_MS);
  return letters.flatMap((letter, place) => (isChosen(letter, choice) ? [place] : []));
};

describe('a dead letter', () => {
  test('is told with its batch, and without a word of its logs', () => {
    expect(letters[0]).toMatchObject({
      pipeline: 'local',
      batch: { count: 10, firstLogId: logs[0]?.log_id, lastLogId: logs[9]?.log_id, attempts: 9 },
    });
    expect(JSON.stringify(letters)).not.toContain('ada@');
  });

  test('that is no failed batch, or another pipeline’s, has a problem', () => {
    expect(letters.map(({ problem }) => problem)).toEqual([
      undefined,
      undefined,
      undefined,
      'it is not a failed batch: SyntaxError',
      'it belongs to pipeline "another"',
    ]);
  });

  test('of a former name, or of a pipeline that is accepted, has none', async () => {
    const former = { ...pipeline, config: { ...pipeline.config, previousNames: ['another'] } };
    for (const of of [former, { ...pipeline, accepts: ['another'] }]) {
      expect((await looked(of)).map(({ letter }) => letter.problem).at(-1)).toBeUndefined();
    }
  });

  test('is known by its id without the time before it, by the whole id, and by its batch’s id', () => {
    const letter = letters[2]!;
    const [time, own = ''] = [letter.id.slice(0, 13), letter.id.slice(14)];
    expect(shortId(letter)).toBe(own.slice(0, 8));
    for (const name of [letter.id, own.slice(0, 6).toUpperCase(), letter.batch?.batchId ?? '']) {
      expect([name, isNamed(letter, name)]).toEqual([name, true]);
    }
    expect(isNamed(letter, own.slice(1))).toBe(false);
    expect(isNamed(letter, time)).toBe(true);
  });

  test('is seen once, though the queue gives it twice', async () => {
    const [first, ...others] = (await looked()).map(({ raw }) => raw);
    const twice: Operated = {
      ...pipeline,
      queues: {
        ...pipeline.queues,
        deadLetters: async function* () {
          yield* [first!, ...others, first!];
        },
      },
    };
    expect(await looked(twice)).toHaveLength(5);
  });
});

describe('a choice', () => {
  test('is made by verdict, HTTP status or code, in any case', () => {
    expect(meant({})).toEqual([0, 1, 2, 3, 4]);
    expect(meant({ reason: 'UNAVAILABLE' })).toEqual([0, 1, 4]);
    expect(meant({ reason: '400' })).toEqual([2]);
    expect(meant({ reason: 'invaliddataformat' })).toEqual([2]);
    expect(meant({ reason: 'undecodable' })).toEqual([3]);
    expect(meant({ reason: '50' })).toEqual([]);
  });

  test('is made by the time of the failure, or, where none is known, of arrival', () => {
    expect(meant({ since: '3h' })).toEqual([1, 2, 3, 4]);
    expect(meant({ since: '1h' })).toEqual([2, 3, 4]);
    expect(meant({ since: new Date(NOW_MS - 49 * HOUR_MS).toISOString() })).toEqual([0, 1, 2, 3, 4]);
  });

  test.each(['0', '-1', '1.5', 'all', ''])('of so many as "%s" is refused', max => {
    expect(() => parseChoice({ max }, NOW_MS)).toThrow(
      `--max is "${max}"; allowed: a whole number, 1 or more`,
    );
  });
});
