import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DETECTIONS } from '../../azure/detections.ts';
import { LOGS_INGESTION } from '../../simulator/azure/logs-ingestion.ts';
import { WAYS } from './drops.ts';
import { type Played, play } from './drops-player.ts';

const PAGE = join(import.meta.dirname, '../../docs/reliability.md');
const played: Played[] = [];
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const way of WAYS) played.push(await play(way));
}, 900_000);
afterAll(() => void vi.useRealTimers());

test('Azure drops rows in at least ten ways', () => {
  expect(
    played.filter(({ way, worst }) => way.ends !== 'nothing' && worst > 0).length,
  ).toBeGreaterThanOrEqual(10);
});

describe.each(WAYS.map((way, at) => [`${way.kind}: ${way.name}`, at] as const))('%s', (_, at) => {
  test('every row is there in the end, and few are there twice', () => {
    const { way, missing, duplicates, lastAudit } = played[at]!;
    expect({ missing, lastAudit }).toEqual({ missing: 0, lastAudit: 0 });
    expect(duplicates).toBeLessThanOrEqual(way.duplicates ?? 0);
  });

  test('it is told in time', () => {
    const { way, worst, audit, watch, backfills } = played[at]!;
    if (way.ends === 'nothing') {
      expect([worst, backfills, watch?.repaired]).toEqual([0, 0, 0]);
      return;
    }
    expect(worst).toBeGreaterThan(0);
    expect(audit?.minutes).toBeLessThanOrEqual(30);
    if (way.ends === 'backfilled') expect(backfills).toBeGreaterThan(0);
    else expect(watch?.minutes).toBeLessThanOrEqual(60);
  });
});

test('docs/reliability.md has the table; vitest -u writes it', async () => {
  const head = [
    'Dropped',
    'Rows missing, at most',
    '`audit --stored`',
    '`verify`',
    'Detections',
    'In the end',
  ];
  const lines = [head, head.map(() => '---'), ...played.map(cellsOf)].map(
    cells => `| ${cells.join(' | ')} |`,
  );
  const table = lines.join('\n');
  const page = readFileSync(PAGE, 'utf8');
  const fresh = page.replace(
    /(<!-- drops -->\n\n)[\s\S]*?(\n\n<!-- \/drops -->)/,
    (_, begin, end) => begin + table + end,
  );
  expect(fresh).toContain(table);
  await expect(fresh).toMatchFileSnapshot(PAGE);
});

function cellsOf({ way, worst, audit, watch, detections, missing, duplicates, backfills }: Played): string[] {
  const api = way.kind === LOGS_INGESTION.kind ? 'Logs Ingestion' : 'Data Collector';
  const causes = audit?.causes.map(cause => `\`${cause}\``).join(', ');
  const how = backfills > 0 ? ' after `backfill`' : '';
  return [
    `${api}: ${way.name}`,
    `${worst}`,
    audit ? `after ${audit.minutes} min: ${causes || 'no message in the workspace'}` : '–',
    watchCell(watch),
    detections.map(({ id, minutes }) => `[${id}](${linkOf(id)}), ${minutes + 15} min`).join('; ') || '–',
    `${missing} missing, ${duplicates} twice${how}`,
  ];
}

function watchCell(watch: Played['watch']): string {
  if (!watch) return 'off: this key cannot read';
  const { minutes, most, repaired } = watch;
  if (minutes === undefined) return '–';
  const reported = most > 0 ? `, up to ${most} reported` : '';
  return `after ${minutes} min${reported}; ${repaired} shipped again`;
}

const linkOf = (id: string) => {
  const { title } = DETECTIONS.find(one => one.id === id)!;
  return `detections.md#${title.toLowerCase().replaceAll(' ', '-')}`;
};
