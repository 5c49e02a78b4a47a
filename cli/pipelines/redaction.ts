/** What the rules of `redact` meet in real logs, in words: a rule that meets nothing may be a wrong path. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { fieldText, KNOWN_FIELDS, pathOf } from '../../lambda/core/record/redaction-field.ts';
import { isClose } from '../../lambda/core/settings/problems.ts';
import { counted } from '../terminal/words.ts';

/** A sentence for each rule whose first part is not a field that Auth0's logs are known to have. */
export function unknownFieldLines(rules: PipelineConfig['redact']): string[] {
  return rules.flatMap(({ field }) => {
    const [first = ''] = pathOf(field);
    if (first === '*' || KNOWN_FIELDS.has(first)) return [];
    const close = [...KNOWN_FIELDS].find(known => isClose(first, known));
    const guess = close === undefined ? '' : `; did you mean "${close}"?`;
    return [`${fieldText(field)}: "${first}" is not a known field of Auth0’s logs${guess}`];
  });
}

/** `1 of 3 rules matched none of 1,000 logs: details.foo`; undefined when every rule matched, or there was no log. */
export function unmatchedLine(unmatched: readonly string[], rules: number, logs: number): string | undefined {
  if (unmatched.length === 0 || logs === 0) return undefined;
  return `${unmatched.length} of ${counted(rules, 'rule')} matched none of ${counted(logs, 'log')}: ${unmatched.join(', ')}`;
}
