import { expect, test } from 'vitest';
import { readLastRun, writeLastRun } from '../../lambda/core/last-run.ts';
import { lastRunAt, OLD_RUN } from '../cli/last-run.ts';

test('a report is read as it was written, without what stands beside it', () => {
  const { endedAtMs, ...report } = lastRunAt(5);
  const written = writeLastRun({ ...report, pipeline: 'prod', checkpoint: { logId: '1' } }, endedAtMs);
  expect(readLastRun(written)).toEqual(lastRunAt(5));
});

test('one of version 0.1.0 lacks what was not counted then: nothing of it is undefined', () => {
  const run = readLastRun(JSON.stringify(OLD_RUN));
  expect(Object.keys(run ?? {}).sort()).toEqual(Object.keys({ ...lastRunAt(5), ...OLD_RUN }).sort());
  expect(run).toMatchObject({ ...OLD_RUN, sweptPages: 0, logsBridged: 0, checkpointAstray: false });
  expect(run?.batches).toEqual({ ...OLD_RUN.batches, intercepted: 0 });
});

test.each([undefined, '', 'null', '[]', '{', '{"outcome":"denied"}', '{"endedAtMs":5}'])(
  '%j is no report',
  text => {
    expect(readLastRun(text)).toBeUndefined();
  },
);
