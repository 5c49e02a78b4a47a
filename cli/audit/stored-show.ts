/** Shows which logs of a window the workspace has stored. */
import { inLine } from '../../lambda/core/cause.ts';
import type { StoredReasons } from '../pipelines/stored-reasons.ts';
import { CALLER, type ReadAs } from '../pipelines/workspace-reader.ts';
import { colors, harmless, wrapped } from '../terminal/text.ts';
import { counted, dateText, duration } from '../terminal/words.ts';
import { isStored, type StoredFindings } from './stored.ts';

export interface StoredTold extends StoredFindings, StoredReasons {
  readonly workspaceId: string;
  readonly table: string;
  readonly readAs: ReadAs;
  readonly delayMs: number;
  /** All or the first of them. */
  readonly lostLogIds: readonly string[];
  readonly byHour: readonly { readonly fromMs: number; readonly logs: number }[];
  /** A data collection rule feeds the table. */
  readonly hasRule: boolean;
}

const HOUR_MS = 3_600_000;
const SHOWN_HOURS = 10;
const SHOWN_REASONS = 5;
const SHOWN_COLUMNS = 10;

/** Rows for the table of counts. */
export function storedRows(told: StoredTold): [string, number, string][] {
  const { stored, storedTwice, excluded, notYet, tooYoung, queued, notStored, notShipped } = told;
  const rows: [string, number, string][] = [
    ['stored', stored, `in table ${told.table}`],
    ['stored twice', storedTwice, 'of those: remove duplicates by LogId'],
    ['excluded', excluded, 'the configuration does not ship them to this table'],
    ['not yet', notYet, 'the pipeline has not shipped them'],
    ['too young', tooYoung, `accepted less than ${duration(told.delayMs)} ago`],
    ['queued', queued, 'not in the table; may be on a queue'],
    ['not stored', notStored, 'accepted by Azure, but not in the table'],
    ['not shipped', notShipped, 'in neither the table nor the ledger'],
  ];
  return rows.filter(([name, count]) => count > 0 || name === 'stored' || name === 'not stored');
}

export function storedNotes({
  workspaceId,
  table,
  readAs,
  unknownName,
  isNothingVisible,
}: StoredTold): string[] {
  const who = CALLER[readAs];
  return [
    `workspace ${workspaceId}, read as ${who}`,
    ...(unknownName === undefined
      ? []
      : [
          unknownName === table
            ? `The workspace has no table ${table}, or the table is not visible to ${who}.`
            : `The table ${table} has no column ${unknownName}, so that its rows have no log ids.`,
        ]),
    ...(isNothingVisible ? [hiddenNote(table, readAs)] : []),
  ];
}

/** A condition of a role that hides a table looks like an empty table. */
function hiddenNote(table: string, readAs: ReadAs): string {
  const option = readAs === 'az' ? '' : ' with --read-as az,';
  return (
    `No row of this window is visible to ${CALLER[readAs]}. The table ${table} may be hidden from it by the condition ` +
    `of its role. To check, before you ship the logs again, run this audit${option} as a user whose role on the workspace has ` +
    `no condition, or run the query "${table} | take 1" in the portal as that user.`
  );
}

/** Which values, which hours, and why. */
export function storedReasonLines(told: StoredTold): string[] {
  const hours = hourLines(told);
  const values = valueLines(told);
  return [...values, ...(values.length > 0 && hours.length > 0 ? [''] : []), ...hours];
}

function valueLines({ values, table }: StoredTold): string[] {
  if (values.length === 0) return [];
  const shown = values.slice(0, SHOWN_COLUMNS).map(({ column, logs, rows }) => {
    return `  ${column}: ${(logs - rows).toLocaleString('en')} of ${counted(logs, 'value')}`;
  });
  const more =
    values.length > SHOWN_COLUMNS ? [`  and ${values.length - SHOWN_COLUMNS} more: see --json`] : [];
  return [colors.bold('Values not stored, by column'), ...shown, ...more, wrapped(lostValuesNote(table))];
}

/** The rows exist, so that nothing is shipped again automatically. */
const lostValuesNote = (table: string): string =>
  'The rule does not declare these columns, has another type for them, or its transformation removes them: see “dcr ' +
  'columns” in "doctor", and deploy azure/template.json again. An earlier version of the pipeline, or other settings of ' +
  `redact, may also have left the values out. "backfill" adds complete rows to ${table}, but Auth0Logs() shows the first row ` +
  'of each log. To leave out values on purpose, use redact with "drop".';

function hourLines(told: StoredTold): string[] {
  const { notStored, byHour } = told;
  if (notStored === 0) return [];
  const shown = byHour.slice(0, SHOWN_HOURS).map(({ fromMs, logs }) => {
    return `  ${dateText(fromMs)} to ${dateText(fromMs + HOUR_MS)}: ${counted(logs, 'log')}`;
  });
  const more = byHour.length > SHOWN_HOURS ? [`  and ${byHour.length - SHOWN_HOURS} more: see --json`] : [];
  return [colors.bold('Not stored, by hour'), ...shown, ...more, '', ...reasonLines(told)];
}

function reasonLines({ reasons, unread, hasRule }: StoredTold): string[] {
  const notRead = unread.map(({ from, why }) => `${from} could not be read: ${why}.`);
  if (reasons.length === 0) {
    const rule =
      'Check the metrics Rows Dropped and Transformation Errors of the data collection rule, and that its diagnostic ' +
      'setting sends LogErrors to this workspace.';
    const none = unread.length > 0 ? [] : ['The workspace has no message about these logs.'];
    return [wrapped([...notRead, ...none, ...(hasRule ? [rule] : [])].join(' '))];
  }
  const lines = reasons.slice(0, SHOWN_REASONS).flatMap(({ from, operation, message, cause, ...word }) => {
    const last = word.times > 1 ? ` to ${dateText(word.lastAtMs)}, ${word.times} times` : '';
    const said = `${dateText(word.firstAtMs)}${last}, ${from}: ${operation}: ${harmless(message)}`;
    const todo = cause ? [`${cause.means}. ${capital(inLine(cause.remedy))}.`] : [];
    return [said, ...todo.map(one => `→ ${capital(one)}`)].map(line => `  ${wrapped(line, 76, '    ')}`);
  });
  const more =
    reasons.length > SHOWN_REASONS ? [`  and ${reasons.length - SHOWN_REASONS} more: see --json`] : [];
  return [colors.bold('Messages in the workspace'), ...lines, ...more, ...notRead.map(one => wrapped(one))];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The result, in one sentence. */
export function storedVerdict(told: StoredTold): string {
  const { notStored, notShipped, queued, values, storedTwice, stored, tooYoung, notYet } = told;
  const bad = [
    notStored > 0 &&
      `${counted(notStored, 'log')} accepted by Azure ${notStored === 1 ? 'is' : 'are'} not in the table`,
    notShipped > 0 && `${counted(notShipped, 'log')} ${notShipped === 1 ? 'was' : 'were'} never shipped`,
    queued > 0 && `${counted(queued, 'log')} may be on a queue`,
    values.length > 0 && `values of ${counted(values.length, 'column')} are not in the table`,
  ].filter(part => part !== false);
  if (bad.length > 0) return colors.red(colors.bold(wrapped(`NOT STORED: ${bad.join('; ')}.`)));
  const besides = [
    storedTwice > 0 && `${storedTwice.toLocaleString('en')} of them twice`,
    tooYoung > 0 && `${tooYoung.toLocaleString('en')} too young to check`,
    notYet > 0 && `${notYet.toLocaleString('en')} not yet shipped`,
  ].filter(part => part !== false);
  return colors.green(colors.bold(`Stored: ${[counted(stored, 'log'), ...besides].join(', ')}.`));
}

/** The part of `--json` about the workspace. */
export function storedJson(told: StoredTold) {
  const { workspaceId, table, readAs, delayMs, lostLogIds, byHour, reasons, unread, ...findings } = told;
  const { unknownName, isNothingVisible, hasRule, values, ...logs } = findings;
  return {
    workspaceId,
    table,
    readAs,
    delaySeconds: delayMs / 1000,
    isStored: isStored(told),
    isNothingVisible,
    logs,
    lostLogIds,
    lostValues: values,
    ...(unknownName === undefined ? {} : { unknownName }),
    notStoredByHour: byHour.map(one => ({ fromAt: new Date(one.fromMs).toISOString(), logs: one.logs })),
    reasons: reasons.map(({ cause, firstAtMs, lastAtMs, ...word }) => ({
      ...word,
      firstAt: new Date(firstAtMs).toISOString(),
      lastAt: new Date(lastAtMs).toISOString(),
      ...(cause && { cause: cause.name, remedy: inLine(cause.remedy) }),
    })),
    unread,
  };
}
