import { expect, test } from 'vitest';
import { missingSpans } from '../../../cli/audit/remedy.ts';
import { logIdAt } from '../../../simulator/auth0/tenant.ts';

const AT_MS = Date.parse('2026-03-01T12:00:00.500Z');
const at = (seconds: number) => AT_MS + seconds * 1000;
const id = (seconds: number) => logIdAt(at(seconds), '7');
const WINDOW = { fromMs: at(-100), toMs: at(10_000) };
const shown = (spans: readonly { fromMs: number; toMs: number }[]) =>
  spans.map(({ fromMs, toMs }) => [fromMs, toMs].map(ms => new Date(ms).toISOString().slice(11, 19)));

test('missing logs near each other are shipped by one command, in whole seconds', () => {
  const spans = missingSpans();
  for (const seconds of [0, 1, 500, 2000]) spans.add(id(seconds));
  expect(shown(spans.all([], WINDOW))).toEqual([
    ['12:00:00', '12:08:21'],
    ['12:33:20', '12:33:21'],
  ]);
});

test('what is unsure is shipped too, as far as it lies in the window', () => {
  const spans = missingSpans();
  spans.add(id(3000));
  const unsure = (after: number, last: number) => ({
    afterLogId: id(after),
    lastLogId: id(last),
    logs: 9,
    atLeastMissing: 0,
  });
  expect(shown(spans.all([unsure(-5000, 20), unsure(2900, 3100), unsure(9000, 99_999)], WINDOW))).toEqual([
    ['11:58:20', '12:00:21'],
    ['12:48:20', '12:51:41'],
    ['14:30:00', '14:46:41'],
  ]);
});
