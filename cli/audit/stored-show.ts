/** What the workspace has stored of a window, for people. */
import { inLine } from '../../lambda/core/cause.ts';
import { colors, harmless, wrapped } from '../terminal/text.ts';
import { counted, dateText, duration } from '../terminal/words.ts';
import type { StoredReason } from './reasons.ts';
import { isStored, type StoredFindings } from './stored.ts';
import type { ReadAs } from './workspace.ts';

export interface StoredTold extends StoredFindings {
  readonly workspaceId: string;
  readonly table: string;
  readonly readAs: ReadAs;
  readonly delayMs: number;
  /** All or the first of them. */
  readonly lostLogIds: readonly string[];
  readonly byHour: readonly { readonly fromMs: number; readonly logs: number }[];
  readonly reasons: readonly StoredReason[];
}

const SHOWN_HOURS = 10;
const SHOWN_REASONS = 5;

/** Rows for the table of counts. */
export function storedRows(told: StoredTold): [string, number, string][] {
  const { stored, storedTwice, excluded, notYet, tooYoung, queued, notStored, notShipped } = told;
  const rows: [string, number, string][] = [
    ['stored', stored, `in table ${told.table}`],
    ['stored twice', storedTwice, 'of those: remove duplicates by LogId'],
    ['excluded', excluded, 'the configuration does not ship them'],
    ['not yet', notYet, 'the pipeline has not shipped them'],
    ['too young', tooYoung, `accepted less than ${duration(told.delayMs)} ago`],
    ['queued', queued, 'not in the table, and maybe on a queue'],
    ['not stored', notStored, 'accepted by Azure, and not in the table'],
    ['not shipped', notShipped, 'not in the table, nor in the ledger'],
  ];
  return rows.filter(([name, count]) => count > 0 || name === 'stored' || name === 'not stored');
}

export function storedNotes({ workspaceId, table, readAs, unknownName }: StoredTold): string[] {
  const who = { environment: 'AZURE_CLIENT_ID', pipeline: 'the pipeline', az: 'the Azure CLI’s login' }[
    readAs
  ];
  return [
    `asked: workspace ${workspaceId}, as ${who}`,
    ...(unknownName === undefined
      ? []
      : [
          unknownName === table
            ? `The workspace has no table ${table}, or does not show it to ${who}.`
            : `The table ${table} has no column ${unknownName}: its rows, if any, have no ids of this pipeline.`,
        ]),
  ];
}

/** Which hours, and why. */
export function storedReasonLines({ notStored, byHour, reasons }: StoredTold): string[] {
  if (notStored === 0) return [];
  const shown = byHour.slice(0, SHOWN_HOURS).map(({ fromMs, logs }) => {
    return `  ${dateText(fromMs)} and the hour after it: ${counted(logs, 'log')}`;
  });
  const more = byHour.length > SHOWN_HOURS ? [`  and ${byHour.length - SHOWN_HOURS} more: see --json`] : [];
  return [colors.bold('Not stored, by hour'), ...shown, ...more, '', ...reasonLines(reasons)];
}

function reasonLines(reasons: readonly StoredReason[]): string[] {
  if (reasons.length === 0) {
    const what =
      'The workspace gives no reason. Look at the metrics Rows Dropped and Transformation Errors of the data ' +
      'collection rule, and whether its diagnostic setting sends LogErrors to this workspace.';
    return [wrapped(what)];
  }
  const lines = reasons.slice(0, SHOWN_REASONS).flatMap(({ from, operation, message, cause, ...word }) => {
    const last = word.times > 1 ? ` to ${dateText(word.lastAtMs)}, ${word.times} times` : '';
    const said = `${dateText(word.firstAtMs)}${last}, ${from}: ${operation}: ${harmless(message)}`;
    const todo = cause ? [`${cause.means}. ${capital(inLine(cause.remedy))}.`] : [];
    return [said, ...todo.map(one => `→ ${capital(one)}`)].map(line => `  ${wrapped(line, 76, '    ')}`);
  });
  const more =
    reasons.length > SHOWN_REASONS ? [`  and ${reasons.length - SHOWN_REASONS} more: see --json`] : [];
  return [colors.bold('The workspace says'), ...lines, ...more];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** In one sentence. */
export function storedVerdict(told: StoredTold): string {
  const { notStored, notShipped, queued, storedTwice, stored, tooYoung, notYet } = told;
  const bad = [
    notStored > 0 &&
      `${counted(notStored, 'log')} accepted by Azure ${notStored === 1 ? 'is' : 'are'} not in the table`,
    notShipped > 0 && `${counted(notShipped, 'log')} ${notShipped === 1 ? 'was' : 'were'} never shipped`,
    queued > 0 && `${counted(queued, 'log')} may be on a queue`,
  ].filter(part => part !== false);
  if (bad.length > 0) return colors.red(colors.bold(wrapped(`NOT STORED: ${bad.join('; ')}.`)));
  const besides = [
    storedTwice > 0 && `${storedTwice.toLocaleString('en')} of them twice`,
    tooYoung > 0 && `${tooYoung.toLocaleString('en')} too young to tell`,
    notYet > 0 && `${notYet.toLocaleString('en')} not yet shipped`,
  ].filter(part => part !== false);
  return colors.green(colors.bold(`Stored: ${[counted(stored, 'log'), ...besides].join(', ')}.`));
}

/** What `--json` prints of it. */
export function storedJson(told: StoredTold) {
  const { workspaceId, table, readAs, delayMs, lostLogIds, byHour, reasons, unknownName, ...logs } = told;
  return {
    workspaceId,
    table,
    readAs,
    delaySeconds: delayMs / 1000,
    isStored: isStored(told),
    logs,
    lostLogIds,
    ...(unknownName === undefined ? {} : { unknownName }),
    notStoredByHour: byHour.map(one => ({ fromAt: new Date(one.fromMs).toISOString(), logs: one.logs })),
    reasons: reasons.map(({ cause, firstAtMs, lastAtMs, ...word }) => ({
      ...word,
      firstAt: new Date(firstAtMs).toISOString(),
      lastAt: new Date(lastAtMs).toISOString(),
      ...(cause && { cause: cause.name, remedy: inLine(cause.remedy) }),
    })),
  };
}
