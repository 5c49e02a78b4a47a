/** What an audit has found, for people. */
import Table from 'cli-table3';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import type { TargetOptions } from '../pipelines/operated.ts';
import { colors, wrapped } from '../terminal/text.ts';
import { counted, dateText, duration } from '../terminal/words.ts';
import { backfillLines } from '../window/backfill-command.ts';
import type { Window } from '../window/window.ts';
import { missingAtLeast, type Unsure, unsureLogs } from './compare.ts';
import { type Audit, doubtful, hasDeadLetters, hasNeverRun, isServed } from './read.ts';
import { isStored, lostLogs } from './stored.ts';
import { type StoredTold, storedNotes, storedReasonLines, storedRows, storedVerdict } from './stored-show.ts';

export interface AuditTold extends Audit {
  /** In words. */
  readonly place: string;
  readonly config: PipelineConfig;
  readonly window: Window;
  readonly options: TargetOptions & { readonly ids?: string };
  /** Of the missing logs, all or the first ones. */
  readonly logIds: readonly string[];
  /** Where logs are missing, or may be. */
  readonly spans: readonly Window[];
  readonly nowMs: number;
  /** With --stored. */
  readonly workspace: StoredTold | undefined;
}

const DAY_MS = 86_400_000;
const SHOWN_SPANS = 10;
const number = new Intl.NumberFormat('en').format;

export function showAudit(told: AuditTold): void {
  const { config, place, window } = told;
  const sections = [
    `audit of pipeline "${config.name}", ${place}\nfrom ${dateText(window.fromMs)} to ${dateText(window.toMs)}`,
    tableOf(ledgerRows(told)),
    told.workspace ? `${colors.bold('In the workspace')}\n${tableOf(storedRows(told.workspace))}` : '',
    [...notes(told), ...(told.workspace ? storedNotes(told.workspace) : [])]
      .map(note => wrapped(note))
      .join('\n'),
    told.workspace
      ? storedReasonLines(told.workspace).join('\n')
      : unsureLines(told.findings.unsure).join('\n'),
    idLines(told).join('\n'),
    remedyLines(told).join('\n'),
    verdict(told),
  ];
  console.log(sections.filter(section => section !== '').join('\n\n'));
}

type CountRow = [name: string, count: number, meaning: string];

function ledgerRows({
  findings,
  atAuth0,
  withoutId,
  ledgerAfterLogId,
  overdue,
  lagMs,
  workspace,
}: AuditTold): CountRow[] {
  const { settled, settledLate, notYet, notSwept, notKnown, missing } = findings;
  const beginsMs = ledgerAfterLogId === undefined ? undefined : logIdTimeMs(ledgerAfterLogId);
  const begins = beginsMs === undefined ? 'is empty' : `begins at ${dateText(beginsMs)}`;
  const late = settledLate > 0 ? `; ${number(settledLate)} were late` : '';
  const unsure = unsureLogs(findings);
  const rows: CountRow[] = [
    ['at Auth0', atAuth0, 'logs of this window'],
    ['settled', settled, `accepted by Azure, excluded or queued${late}`],
    ['not yet', notYet, 'after the checkpoint; the next run ships them'],
  ];
  if (overdue > 0) rows.push(['overdue', overdue, `of those: older than ${duration(lagMs)}`]);
  if (notSwept > 0) rows.push(['not swept', notSwept, 'late; the next sweep ships them']);
  if (notKnown > 0) rows.push(['not known', notKnown, `the ledger ${begins}`]);
  if (withoutId > 0) rows.push(['no id', withoutId, 'without a valid log id']);
  if (unsure > 0) rows.push(['unsure', unsure, 'in batches that do not match; see below']);
  const isElsewhere = workspace !== undefined && missing > 0;
  const where = isElsewhere ? '; see the workspace' : ': neither accepted nor queued';
  rows.push(['missing', missing, `in no ledger entry${where}`]);
  return rows;
}

function tableOf(rows: readonly CountRow[]): string {
  const shown = new Table({
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  shown.push(...rows.map(([name, count, meaning]) => [name, number(count), meaning]));
  return shown.toString();
}

function notes({ entered, depths, findings, window, config, nowMs, ...told }: AuditTold): string[] {
  const { batches, logs, accepted, excluded, retried, deadLettered } = entered;
  const retentionMs = config.auth0.logRetentionDays * DAY_MS;
  const queue = (name: string, messages: number) =>
    `${name} ${messages === 0 ? 'empty' : counted(messages, 'message')}`;
  return [
    batches > 0 &&
      `ledger entries in this window: ${counted(batches, 'batch', 'batches')}, ` +
        `${number(accepted)} accepted, ${number(excluded)} excluded, ${number(retried)} put on the retry queue, ` +
        `${number(deadLettered)} dead-lettered${logs > findings.settled ? '; some batches extend beyond the window or overlap' : ''}`,
    `now: ${queue('retry queue', depths.retry.messages)}, ${queue('dead-letter queue', depths['dead-letter'].messages)}`,
    findings.notKnown > 0 &&
      'Logs that are not known were settled before the ledger begins, or never. To make sure that they are in ' +
        'Azure, backfill that time; this may create duplicates.',
    findings.missing > 0 &&
      told.state.checkpointSet !== undefined &&
      `The checkpoint was set by hand: ${told.state.checkpointSet}.`,
    told.workspace === undefined &&
      findings.settled > 0 &&
      'The ledger proves that Azure accepted the logs. To check that Azure also stored them, add --stored.',
    told.withoutId > 0 && 'Logs without a valid log id are shipped, but the audit cannot verify them.',
    window.fromMs < nowMs - retentionMs &&
      `Auth0 keeps logs for ${duration(retentionMs)} (auth0.logRetentionDays). Deleted logs are not counted.`,
  ].filter(note => note !== false);
}

function unsureLines(unsure: readonly Unsure[]): string[] {
  if (unsure.length === 0) return [];
  const lines = unsure.slice(0, SHOWN_SPANS).flatMap(({ afterLogId, lastLogId, logs, atLeastMissing }) => {
    const [after, last] = [afterLogId, lastLogId].map(id => dateText(logIdTimeMs(id) ?? 0));
    const least = atLeastMissing > 0 ? `, at least ${number(atLeastMissing)} of them missing` : '';
    return [`  from ${after} to ${last}:`, `    ${counted(logs, 'log')}${least}`];
  });
  const more = unsure.length > SHOWN_SPANS ? [`  and ${unsure.length - SHOWN_SPANS} more: see --json`] : [];
  const what =
    'Unsure: in these batches, too many logs are missing, or deleted by Auth0, to identify each of them';
  return [colors.bold(wrapped(what)), ...lines, ...more];
}

function idLines({ findings, logIds, options, workspace }: AuditTold): string[] {
  const [all, title] = workspace ? [lostLogs(workspace), 'Log ids'] : [findings.missing, 'Missing'];
  if (all === 0) return [];
  const left = all - logIds.length;
  const where = options.ids === undefined ? 'all with --ids FILE or --json' : `all in ${options.ids}`;
  return [
    colors.bold(title),
    ...logIds.map(logId => `  ${logId}`),
    ...(left > 0 ? [`  and ${number(left)} more: ${where}`] : []),
  ];
}

function remedyLines({ spans, options }: AuditTold): string[] {
  if (spans.length === 0) return [];
  const commands = spans.slice(0, SHOWN_SPANS).map(span => backfillLines(span, options));
  const more = spans.length > SHOWN_SPANS ? [`  and ${spans.length - SHOWN_SPANS} more: see --json`] : [];
  return [colors.bold('To ship them after you fix the cause'), ...commands, ...more];
}

/** In one sentence. */
function verdict(told: AuditTold): string {
  const { findings, atAuth0, overdue, workspace } = told;
  const { missing, settled, notYet, notSwept } = findings;
  if (workspace && !isStored(workspace)) return storedVerdict(workspace);
  // A log in the table needs no ledger entry as proof.
  const least = workspace ? 0 : missingAtLeast(findings);
  const doubt = doubtsOf(told);
  if (least > 0) {
    const count = `${least > missing ? 'at least ' : ''}${counted(least, 'log')}`;
    return colors.red(colors.bold(`MISSING: ${count}${doubt === '' ? '' : `; ${doubt}`}.`));
  }
  if (hasNeverRun(told)) {
    // Another place has shipped what is stored.
    const shipped = (workspace?.stored ?? 0) > 0 ? '' : '; nothing was shipped';
    const what = `NEVER RUN: ${told.place} has no checkpoint of this pipeline${shipped}.`;
    return colors.red(colors.bold(wrapped(what)));
  }
  if (overdue > 0) {
    const what = `OVERDUE: ${counted(overdue, 'log')} ${overdue === 1 ? 'is' : 'are'} not shipped, and older than ${duration(told.lagMs)}.`;
    return colors.red(colors.bold(what));
  }
  if (!workspace && hasDeadLetters(told)) {
    const held = counted(told.depths['dead-letter'].messages, 'message');
    const what = `DEAD LETTERS: ${held} in the dead-letter queue may contain logs of this window; replay or discard them.`;
    return colors.red(colors.bold(wrapped(what)));
  }
  if (atAuth0 === 0 && !isServed(told)) return colors.yellow(colors.bold(wrapped(unservedText(told))));
  if (atAuth0 === 0) return 'Auth0 serves no logs for this window: there is nothing to compare.';
  if (doubt !== '')
    return colors.yellow(colors.bold(wrapped(`Nothing is known to be missing, but ${doubt}.`)));
  if (workspace) return storedVerdict(workspace);
  const later = notYet + notSwept > 0 ? `, ${(notYet + notSwept).toLocaleString('en')} not yet` : '';
  return colors.green(colors.bold(`Nothing is missing: ${counted(settled, 'log')} settled${later}.`));
}

/** What was not verified, as a clause. */
function doubtsOf(told: AuditTold): string {
  const logs = told.workspace ? told.withoutId : doubtful(told);
  const { expiredToMs } = told;
  return [
    ...(logs > 0 ? [`${counted(logs, 'log')} ${logs === 1 ? 'is' : 'are'} unverified`] : []),
    ...(expiredToMs === undefined ? [] : [`the time before ${dateText(expiredToMs)} is unverified`]),
  ].join(', and ');
}

function unservedText({ expiredToMs, unserved }: AuditTold): string {
  const why =
    expiredToMs === undefined
      ? `but the ledger has ${counted(unserved, 'log')} of it`
      : 'which is older than auth0.logRetentionDays';
  return `NOT VERIFIED: Auth0 serves no logs for this window, ${why}.`;
}
