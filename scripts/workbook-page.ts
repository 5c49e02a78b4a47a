/**
 * `npm run generate -- workbook FILE`: the workbook's layout as a static page with the results of its queries over one
 * day of the simulated tenant, with every attack of the trials. A FILE that ends in `.png` gets a picture of the page.
 */

import { SECTIONS, savedQuery, type Tile } from '../azure/workbook.ts';
import { type LogAnalytics, openLogAnalytics } from '../simulator/azure/log-analytics/engine.ts';
import { DAY, rowsOfDay } from './azure-trials/tenant-day.ts';
import { writePage } from './page-picture.ts';
import { barChart, htmlOf, table, tiles, timeChart } from './workbook-charts.ts';

const ROWS = { half: 5, whole: 6 };

async function tileHtml(analytics: LogAnalytics, tile: Tile): Promise<string> {
  const rows = await analytics.run(`query-${tile.query}`, DAY);
  const most = tile.width === 100 ? ROWS.whole : ROWS.half;
  const content = {
    tiles: () => tiles(rows),
    timechart: () => timeChart(rows, DAY.fromMs, DAY.toMs, tile.width * 13 - 40),
    categoricalbar: () => barChart(rows, tile.x ?? '', tile.y ?? []),
    table: () => table(rows, tile.bars ?? [], most),
  }[tile.show]();
  const { displayName } = savedQuery(tile.query);
  return `<article style="--width:${tile.width}"><h3>${htmlOf(displayName)}</h3>${content}</article>`;
}

const STYLE = `
  * { box-sizing: border-box; margin: 0 }
  body { font: 13px/1.4 "Segoe UI", "Noto Sans", "Noto Sans CJK JP", sans-serif; color: #323130; background: #fff; width: 1400px; padding: 20px 28px }
  h1 { font-size: 24px; font-weight: 600 } h2 { font-size: 18px; font-weight: 600; margin-top: 26px } h3 { font-size: 14px; font-weight: 600; margin-bottom: 8px }
  p { color: #605e5c }
  .pills { margin: 12px 0 0; display: flex; gap: 10px } .pills span { border: 1px solid #8a8886; border-radius: 14px; padding: 3px 12px } .pills b { color: #0078d4; font-weight: 600 }
  section { display: flex; flex-wrap: wrap; gap: 14px; margin-top: 12px }
  article { width: calc((100% + 14px) * var(--width) / 100 - 14px); border: 1px solid #e1dfdd; border-radius: 3px; padding: 12px 14px; overflow: hidden }
  .chart { width: 100%; display: block } .chart text { font-size: 11px; fill: #605e5c } .grid { stroke: #edebe9 }
  .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 8px; color: #605e5c } .legend i { display: inline-block; width: 10px; height: 10px; border-radius: 5px; margin-right: 6px } .legend b { color: #323130 }
  .bar { display: flex; align-items: center; height: 27px } .bar label { width: 82px; color: #605e5c; white-space: nowrap; overflow: hidden; text-overflow: ellipsis } .bar div { flex: 1; display: flex; align-items: center } .bar i { height: 16px } .bar b { margin-left: 6px; font-weight: 400 }
  table { width: 100%; border-collapse: collapse } th { text-align: left; font-weight: 600; border-bottom: 1px solid #c8c6c4 } th, td { padding: 4px 14px 4px 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: calc(60px + 1px * var(--width)) } td { border-bottom: 1px solid #f3f2f1 }
  .data { position: relative; min-width: 84px } .data i { position: absolute; left: 0; top: 4px; bottom: 4px; background: #9fcbf0 } .data b { position: relative; font-weight: 400; padding-left: 4px }
  .tiles { display: flex; gap: 12px } .tile { flex: 1; border: 1px solid #e1dfdd; border-radius: 3px; padding: 10px 12px } .tile span { color: #605e5c; display: block; white-space: nowrap } .tile b { font-size: 26px; font-weight: 300; color: #0078d4 }
  .none { padding: 20px 0 }
`;

async function page(): Promise<string> {
  const analytics = await openLogAnalytics('own', rowsOfDay());
  const sections: string[] = [];
  for (const { title, text, tiles: some } of SECTIONS) {
    const articles: string[] = [];
    for (const tile of some) articles.push(await tileHtml(analytics, tile));
    sections.push(`<h2>${htmlOf(title)}</h2><p>${htmlOf(text)}</p><section>${articles.join('')}</section>`);
  }
  analytics.close();
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Auth0</title><style>${STYLE}</style><body>
<h1>Auth0</h1><p>What happens in the Auth0 tenants whose logs are in this workspace.</p>
<div class="pills"><span>Time range: <b>Last 24 hours</b></span><span>Tenant: <b>All tenants</b></span></div>
${sections.join('\n')}</body></html>
`;
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('name the file to write: npm run generate -- workbook workbook.html (or workbook.png)');
  process.exitCode = 2;
} else {
  await writePage(file, await page(), { width: 1400, scale: 1, colors: 64 });
}
