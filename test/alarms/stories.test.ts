import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AlarmDefinition } from '../../simulator/aws/cloudwatch/alarms.ts';
import { STORIES } from './stories.ts';
import { isNoticed, judge, type Played, play, RANGES, synthOf } from './world.ts';

const PAGE = join(import.meta.dirname, '../../docs/reliability.md');
const played: Played[] = [];
beforeAll(() => void played.push(...STORIES.map(story => play(story))), 300_000);

test('there are at least twenty ways of being stuck', () => {
  expect(STORIES.filter(story => !story.isQuiet).length).toBeGreaterThanOrEqual(20);
});

test.each(STORIES.map((story, at) => [story.name, at] as const))(
  '%s: is told as it must be, however much CloudWatch reads',
  (_, at) => {
    expect(RANGES.map(range => judge(played[at]!, range).faults)).toEqual(RANGES.map(() => []));
  },
);

test('it makes no difference how SQS’s words on sleeping queues are read', () => {
  for (const [at, story] of STORIES.entries()) {
    if (story.minutes > 1440) continue;
    const other = play(story, true);
    for (const range of RANGES) expect(judge(other, range)).toEqual(judge(played[at]!, range));
  }
});

type Change = (alarm: AlarmDefinition) => AlarmDefinition | undefined;
const missing =
  (value: AlarmDefinition['missing']): Change =>
  alarm => ({ ...alarm, missing: value });
const BROKEN: Readonly<Record<string, Change>> = {
  'taken away': () => undefined,
  'with another threshold': alarm => ({
    ...alarm,
    threshold: Math.max(alarm.threshold + 1, alarm.threshold * 10),
  }),
  'that takes missing data as missing': missing('missing'),
  'that ignores missing data': missing('ignore'),
  'that takes missing data as bad': missing('breaching'),
  'that takes missing data as good': missing('notBreaching'),
};

describe.each(synthOf().alarms.map(alarm => alarm.name))('the alarm %s', name => {
  test.each(Object.keys(BROKEN))('is noticed to be broken: %s', how => {
    const [known] = synthOf().alarms.filter(alarm => alarm.name === name);
    if (known && BROKEN[how]!(known)?.missing === known.missing && how.startsWith('that')) return;
    const found = played.find(one => {
      const alarm = one.alarms.find(other => other.name === name)!;
      return isNoticed(one, name, BROKEN[how]!(alarm));
    });
    const advice = `no story notices it: add one to test/alarms/stories.ts in which it does harm`;
    expect(found?.story.name, advice).toBeDefined();
  });
});

test('a lag that is no lag is noticed', () => {
  const low = (alarm: AlarmDefinition) => ({ ...alarm, threshold: 0 });
  const noticed = played.some(one =>
    isNoticed(one, 'lag', low(one.alarms.find(({ name }) => name === 'lag')!)),
  );
  expect(noticed).toBe(true);
});

test('docs/reliability.md says how soon an alarm fires; vitest -u writes it', async () => {
  const rows = STORIES.flatMap((story, at) => {
    if (story.isQuiet) return [];
    const after: Record<string, number> = {};
    for (const range of RANGES) {
      for (const [name, minutes] of Object.entries(judge(played[at]!, range).after)) {
        after[name] = Math.max(after[name] ?? 0, minutes);
      }
    }
    const [first, ...later] = Object.entries(after).sort((a, b) => a[1] - b[1]);
    const said = ([name, minutes]: [string, number]) => `[${name}](runbook.md#${name}), ${inWords(minutes)}`;
    return [`| ${story.name} | ${said(first!)} | ${later.map(said).join('; ')} |`];
  });
  const table = ['| Problem | First alarm, within | Then |', '| --- | --- | --- |', ...rows].join('\n');
  const page = readFileSync(PAGE, 'utf8');
  const fresh = page.replace(
    /(<!-- stuck -->\n\n)[\s\S]*?(\n\n<!-- \/stuck -->)/,
    (_, begin, end) => begin + table + end,
  );
  expect(fresh).toContain(table);
  await expect(fresh).toMatchFileSnapshot(PAGE);
});

function inWords(minutes: number): string {
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.round(minutes / 6) / 10} h` : `${Math.round(minutes / 144) / 10} days`;
}
