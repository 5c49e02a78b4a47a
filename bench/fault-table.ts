/** What the section "faults" says, as the table of README.md, beside what was measured elsewhere. */
import type { AllKept, Row } from './report.ts';
import { DIY, LOG_TOOLS, OURS } from './sides.ts';

/**
 * Not run here: Microsoft's is Python, and the other was the fork of an extension that is no longer offered. Measured on
 * 2026-11-28 by the same means; only addresses and scheduling were replaced.
 */
const QUOTED: readonly (readonly [name: string, ...cells: string[]])[] = [
  ['Microsoft Sentinel’s Auth0 function app ¹', '0 lost', 'stuck: 4,000 not delivered', '0 lost'],
  ['The former Auth0 extension (`webtask`) ¹', 'not measured', '1 lost', '349 of 500 lost'],
];
const NAMES: Readonly<Record<string, string>> = {
  [DIY.name]: 'Do it yourself: 25 lines with `@azure/monitor-ingestion`',
  [LOG_TOOLS.name]: '`auth0-log-extension-tools`, and the least that posts to Azure',
};

export function faultsText({ faults: kept }: AllKept): string | undefined {
  if (!kept) return undefined;
  const faults = [...new Set(kept.rows.map(row => String(row['fault'])))];
  const cellsOf = (what: string) =>
    faults.map(fault => cell(kept.rows.find(row => row['what'] === what && row['fault'] === fault)!));
  const names = [...new Set(kept.rows.map(row => String(row['what'])))];
  const isOurs = (name: string) => OURS.some(one => one.name === name);
  const lines = [
    ...oursOf(names.filter(isOurs).map(name => [name, cellsOf(name)])),
    ...names.filter(name => !isOurs(name)).map(name => [NAMES[name] ?? name, ...cellsOf(name)]),
    ...QUOTED,
  ];
  return [
    [
      `| | ${faults.join(' | ')} |`,
      `| ${['', ...faults].map(() => '---').join(' | ')} |`,
      ...lines.map(cells => `| ${cells.join(' | ')} |`),
    ].join('\n'),
    `Measured on ${kept.date}: each collector ran its real code for three scheduled runs over 6,000 logs, against the simulated Auth0 and Azure. ¹ Measured in the same way on 2026-11-28, the function app as of [bc043b8](https://github.com/Azure/Azure-Sentinel/commit/bc043b8), the extension with 500 logs.`,
  ].join('\n\n');
}

/** One line for both APIs where they do the same. */
function oursOf(all: readonly (readonly [string, readonly string[]])[]): string[][] {
  const [[, first] = ['', []]] = all;
  const isSame = all.every(([, cells]) => cells.join() === first.join());
  if (isSame) return [['**This project**, either API', ...first]];
  return all.map(([name, cells]) => [`**This project**, ${name.replace('ours, ', '')}`, ...cells]);
}

/** What a user would say of it. */
export function cell(row: Row): string {
  const count = (column: string) => Number(row[column]);
  const said = (column: string, words: string) =>
    count(column) > 0 ? [`${count(column).toLocaleString('en-US')} ${words}`] : [];
  const isWhole = count('lost') + count('stuck') === 0;
  return [
    ...(isWhole ? ['0 lost'] : said('lost', 'lost')),
    ...said('stuck', 'not delivered').map(text => `stuck: ${text}`),
    ...said('doubled', 'duplicates'),
    ...said('dead-lettered', 'in the dead-letter queue'),
    ...said('on the retry queue', 'on the retry queue'),
    ...(isWhole && count('doubled') === 0 ? said('runs that failed', 'run failed') : []),
  ].join(', ');
}
