/** What the pages of incidents are made of: a plain style of our own, at the width of a page on GitHub. */
import { harmless } from '../cli/terminal/text.ts';
import { type SentinelIncident, severityOf } from '../simulator/azure/sentinel-incidents.ts';
import { spoken } from './azure-trials/sentinel-runs.ts';
import { htmlOf } from './workbook-charts.ts';

/** In CSS pixels. */
export const WIDTH = 900;

const STYLE = `
  * { box-sizing: border-box; margin: 0 }
  body { width: ${WIDTH}px; padding: 20px 24px; background: #fff; color: #1f2328; font: 13px/1.45 "Noto Sans", "Noto Sans CJK JP", "DejaVu Sans", sans-serif }
  h1 { font-size: 21px; line-height: 1.3 } h2 { font-size: 13px; margin: 18px 0 6px }
  .simulated { background: #fff8c5; border: 1px solid #d4a72c; border-radius: 6px; padding: 6px 12px; margin-bottom: 14px }
  .muted { color: #59636e } code { font: 12px/1.5 "Noto Sans Mono", "DejaVu Sans Mono", monospace }
  .counts { display: flex; gap: 28px; margin: 10px 0 14px } .counts b { font-size: 18px; margin-right: 5px }
  table { border-collapse: collapse; width: 100%; table-layout: fixed }
  th { text-align: left; font-size: 12px; color: #59636e; border-bottom: 1px solid #d1d9e0; padding: 3px 10px 3px 0 }
  td { border-bottom: 1px solid #eaeef2; padding: 5px 10px 5px 0; vertical-align: top; overflow-wrap: anywhere }
  td.number { text-align: right; padding-right: 18px }
  .severity { font-weight: 600; white-space: nowrap } .severity::before { content: ""; display: inline-block; width: 9px; height: 9px; border-radius: 5px; margin-right: 7px; background: #8b949e }
  .High::before { background: #b3122b } .Medium::before { background: #f08c00 } .Low::before { background: #ffd43b }
  .facts { display: grid; grid-template-columns: repeat(4, 1fr); gap: 10px 20px; margin: 12px 0 } .facts label, .pair label { display: block; font-size: 12px; color: #59636e }
  .description b { font-weight: 600 } .halves { display: grid; grid-template-columns: 1fr 1fr; gap: 0 32px }
  .pair { border-bottom: 1px solid #eaeef2; padding: 5px 0; display: grid; grid-template-columns: 122px 1fr; overflow-wrap: anywhere } .pair label { padding-top: 1px }
  ol { list-style: none; padding: 0; border-left: 2px solid #d1d9e0; margin-left: 5px } li { padding: 0 0 10px 16px; position: relative } li::before { content: ""; position: absolute; left: -6px; top: 5px; width: 10px; height: 10px; border-radius: 5px; background: #9aa4ae } li.alert::before { background: #1f2328 } li b { margin-right: 8px } .wide { grid-column: 1 / -1 }
  .other { display: grid; grid-template-columns: 84px 1fr; padding: 2px 0 } .foot { margin-top: 10px }
  pre { background: #f6f8fa; border-radius: 6px; padding: 8px 12px; white-space: pre-wrap; font: 12px/1.5 "Noto Sans Mono", "DejaVu Sans Mono", monospace; margin-bottom: 6px }
`;

/** Of an incident that nobody handles yet: https://learn.microsoft.com/rest/api/securityinsights/incidents/get#incidentstatus */
export const STATUS = 'New';
export const PRODUCT = 'Microsoft Sentinel';

/** Untrusted text as HTML on one line. */
export const safe = (text: string) => htmlOf(harmless(text));
/** Such as `12:05`. */
export const clock = (at: number | Date) => new Date(at).toISOString().slice(11, 16);
/** `InitialAccess` as words. */
export const words = (name: string) => safe(name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' '));
export const once = (texts: readonly string[]) => [...new Set(texts)];

export function severity(incident: SentinelIncident): string {
  const name = safe(severityOf(incident));
  return `<span class="severity ${name}">${name}</span>`;
}

/** Of all its alerts, such as `Account a@example.com`. */
export const entitiesOf = ({ alerts }: SentinelIncident) =>
  once(alerts.flatMap(one => one.entities.map(spoken)));

/** The page, which says first whose picture it is. `body` is HTML. */
export const htmlPage = (
  title: string,
  body: string,
) => `<!doctype html><html lang="en"><meta charset="utf-8">
<title>${safe(title)}</title><style>${STYLE}</style><body>
<p class="simulated"><b>Simulated tenant.</b> Drawn by this project from its model of Microsoft Sentinel. This is not Azure’s portal.</p>
${body}</body></html>
`;
