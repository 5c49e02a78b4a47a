/** A dry run's result, for people. */
import type { Checkpoint } from '../../lambda/core/model.ts';
import { introduction } from '../pipelines/introduction.ts';
import type { Operated } from '../pipelines/operated.ts';
import { unknownFieldLines, unmatchedLine } from '../pipelines/redaction.ts';
import { colors, harmless, shortened, wrapped } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import type { Preview } from '../window/preview.ts';
import { columnLines, countLines, typeLines } from '../window/preview-show.ts';

/** Where reading begins, and why there. */
export type Start = { readonly kind: 'start'; readonly because: string; readonly checkpoint: Checkpoint };

const LINE_CHARACTERS = 79;

export function showDryRun({ config }: Operated, start: Start, result: Preview, full: boolean): void {
  const { bold, dim } = colors;
  const records = result.logsRead - result.logsExcluded;
  const redaction = redactionLines(config, result);
  const lines = [
    introduction(config),
    dim('dry run: nothing is posted or written, and the checkpoint does not move'),
    '',
    `starting after ${start.because}`,
    ...countLines(result),
    endOf(result),
  ];
  if (result.logsRead > 0) lines.push('', bold('By type'), ...typeLines(result));
  if (records > 0) lines.push('', bold(`Columns, in ${counted(records, 'record')}`), ...columnLines(result));
  if (redaction.length > 0) lines.push('', bold('Redaction'), ...redaction);
  for (const [index, { json }] of result.samples.entries()) {
    const { EventName, EventType } = JSON.parse(json);
    lines.push(
      '',
      bold(`Sample ${index + 1} of ${result.samples.length}: ${EventName ?? EventType}`),
      pretty(json, full),
    );
  }
  if (!full && result.samples.length > 0) lines.push('', dim('--full shows the complete samples'));
  console.log(lines.filter(line => line !== undefined).join('\n'));
}

function endOf({ end, logsRead }: Preview): string | undefined {
  if (logsRead === 0) return undefined;
  return end === 'enough' ? '  there may be more logs: see --max' : '  the pipeline would then be caught up';
}

function redactionLines({ redact }: Operated['config'], result: Preview): string[] {
  if (redact.length === 0) return [];
  const logs = result.logsRead - result.logsExcluded;
  const unmatched = unmatchedLine(result.redactionUnmatched, redact.length, logs);
  const matched = logs === 0 ? undefined : `every rule matched in ${counted(logs, 'log')}`;
  const hint =
    unmatched && 'this is normal for a rare field; otherwise the path is wrong: --full shows the records';
  return [unmatched ?? matched, hint, ...unknownFieldLines(redact)].flatMap(line =>
    line === undefined ? [] : [wrapped(`  ${harmless(line)}`, LINE_CHARACTERS, '    ')],
  );
}

/** One column per line, unless the complete record is wanted. */
function pretty(json: string, full: boolean): string {
  const record: Record<string, unknown> = JSON.parse(json);
  const lines = full
    ? JSON.stringify(record, undefined, 2).split('\n')
    : Object.entries(record).map(([name, value]) =>
        shortened(`  ${name}: ${valueText(value)}`, LINE_CHARACTERS),
      );
  return lines.map(harmless).join('\n');
}

/** Text as it is, so that JSON in it can be read. */
function valueText(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
